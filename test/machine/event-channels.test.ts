import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventChannels } from '../../src/machine/event-channels.js';
import { type Domid, domid } from '../../src/model/index.js';

function makeDomains(count: number): EventChannels[] {
  const all = new Map<Domid, EventChannels>();
  for (let id = 0; id < count; id += 1) {
    all.set(domid(id), new EventChannels(domid(id), (peer) => all.get(peer)));
  }
  return [...all.values()];
}

function pair(): [EventChannels, EventChannels, EventChannels] {
  const [a, b, c] = makeDomains(3);
  if (a === undefined || b === undefined || c === undefined) throw new Error('three were made');
  return [a, b, c];
}

const nothing = (): void => undefined;

describe('event channels', () => {
  test('carry events both ways once they are bound', async () => {
    const [zero, one] = pair();
    const heard: string[] = [];
    const port = one.allocUnbound(zero.domid);
    one.listen(port, () => heard.push('one'));
    one.notify(port);
    const ours = zero.bindInterdomain(one.domid, port, () => heard.push('zero'));
    await turn();
    expect(heard).toEqual([]);
    one.notify(port);
    zero.notify(ours);
    await turn();
    expect(heard).toEqual(['zero', 'one']);
  });

  test('bind once, and only for the domain they are open to', () => {
    const [zero, one, two] = pair();
    const port = one.allocUnbound(zero.domid);
    expect(() => two.bindInterdomain(one.domid, port, nothing)).toThrow(/not open to domain 2/);
    expect(() => zero.bindInterdomain(one.domid, port + 1, nothing)).toThrow(/is not open/);
    expect(() => zero.bindInterdomain(domid(99), port, nothing)).toThrow(/is not open/);
    zero.bindInterdomain(one.domid, port, nothing);
    expect(() => zero.bindInterdomain(one.domid, port, nothing)).toThrow(/is not open/);
  });

  test('can be bound again after the far end was closed, and carry nothing meanwhile', async () => {
    const [zero, one] = pair();
    const heard: string[] = [];
    const port = one.allocUnbound(zero.domid);
    const first = zero.bindInterdomain(one.domid, port, () => heard.push('first'));
    one.notify(port);
    zero.close(first);
    await turn();
    expect(heard).toEqual([]);
    zero.bindInterdomain(one.domid, port, () => heard.push('second'));
    one.notify(port);
    await turn();
    expect(heard).toEqual(['second']);
  });

  test('bind exactly as a plain model of them does, whatever is done in whatever order', () => {
    const act = fc.record({
      what: fc.constantFrom('alloc', 'bind', 'close', 'closeAll'),
      by: fc.integer({ min: 0, max: 2 }),
      other: fc.integer({ min: 0, max: 2 }),
      port: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const domains = makeDomains(3);
        /** `domid:port` to the end it is bound to, or the domain it waits for. */
        const ends = new Map<string, { peer?: string; waitsFor?: number }>();
        const close = (end: string): void => {
          const peer = ends.get(end)?.peer;
          ends.delete(end);
          if (peer !== undefined) ends.set(peer, { waitsFor: Number(end.split(':')[0]) });
        };
        for (const { what, by, other, port } of acts) {
          const domain = domains[by];
          const far = domains[other];
          if (domain === undefined || far === undefined) throw new Error('three were made');
          switch (what) {
            case 'alloc':
              ends.set(`${by}:${domain.allocUnbound(far.domid)}`, { waitsFor: other });
              break;
            case 'bind': {
              const theirs = `${other}:${port}`;
              if (ends.get(theirs)?.waitsFor === by) {
                const ours = `${by}:${domain.bindInterdomain(far.domid, port, nothing)}`;
                ends.set(ours, { peer: theirs });
                ends.set(theirs, { peer: ours });
              } else {
                expect(() => domain.bindInterdomain(far.domid, port, nothing)).toThrow();
              }
              break;
            }
            case 'close':
              domain.close(port);
              close(`${by}:${port}`);
              break;
            case 'closeAll':
              domain.closeAll();
              for (const end of [...ends.keys()]) if (end.startsWith(`${by}:`)) close(end);
              break;
          }
        }
      }),
    );
  });
});
