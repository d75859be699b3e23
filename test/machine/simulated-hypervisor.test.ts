import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DomidCounter, SimulatedHypervisor } from '../../src/machine/simulated-hypervisor.js';
import { DOM0, type Domid, domid, kib, mibToKib, type Uuid } from '../../src/model/index.js';

const UUID = '6c1f9ed4-4c42-4f6b-8f6e-0d1c2b3a4958' as Uuid;
const NEW = { uuid: UUID, type: 'pv', maxVcpus: 1 } as const;
const DOM0_MIB = 1024;

function counterAt(next: number): DomidCounter {
  let value = next;
  return {
    get: () => value,
    set: (following) => {
      value = following;
    },
  };
}

function makeHost(guestMib = 100, next = 1): SimulatedHypervisor {
  return new SimulatedHypervisor(
    { totalMemoryKib: mibToKib(DOM0_MIB + guestMib), cpus: 4 },
    counterAt(next),
  );
}

function limits(mib: number) {
  return { maxVcpus: 1, vcpus: 1, memoryKib: mibToKib(mib), maxMemoryKib: mibToKib(mib) };
}

describe('domids', () => {
  test('count up, and a number that came free is not given again at once', () => {
    const host = makeHost();
    expect(host.createDomain(NEW)).toBe(1);
    host.destroyDomain(domid(1));
    expect(host.createDomain(NEW)).toBe(2);
    expect(host.createDomain(NEW)).toBe(3);
  });

  test('start again at 1 before the reserved ones, without those in use', () => {
    const host = makeHost(100, 1);
    expect(host.createDomain(NEW)).toBe(1);
    const late = makeHost(100, 0x7fef);
    expect(late.createDomain(NEW)).toBe(0x7fef);
    expect(late.createDomain(NEW)).toBe(1);
    expect(late.createDomain(NEW)).toBe(2);
    late.destroyDomain(domid(1));
    const counter = counterAt(0x7fef);
    const wrapped = new SimulatedHypervisor({ totalMemoryKib: mibToKib(2048), cpus: 1 }, counter);
    expect(wrapped.createDomain(NEW)).toBe(0x7fef);
    counter.set(0x7fef);
    expect(wrapped.createDomain(NEW)).toBe(1);
    counter.set(0x7fef);
    expect(wrapped.createDomain(NEW)).toBe(2);
  });

  test('are unique among the living whatever the counter said', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ destroy: fc.boolean(), next: fc.integer({ min: -5, max: 40_000 }) })),
        (acts) => {
          const counter = counterAt(1);
          const host = new SimulatedHypervisor(
            { totalMemoryKib: mibToKib(2048), cpus: 1 },
            counter,
          );
          const living = new Set<Domid>();
          for (const { destroy, next } of acts) {
            const [victim] = living;
            if (destroy && victim !== undefined) {
              host.destroyDomain(victim);
              living.delete(victim);
              continue;
            }
            counter.set(next);
            const made = host.createDomain(NEW);
            expect(living.has(made)).toBe(false);
            expect(made).toBeGreaterThan(0);
            expect(made).toBeLessThan(0x7ff0);
            living.add(made);
          }
          expect(host.domains().map((info) => info.domid)).toEqual(
            [DOM0, ...living].sort((a, b) => a - b),
          );
        },
      ),
    );
  });
});

describe('memory', () => {
  test('is claimed when a domain is prepared, and given back when it is gone', () => {
    const host = makeHost(100);
    const first = host.createDomain(NEW);
    host.prepareDomain(first, limits(60));
    expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(40));
    const second = host.createDomain(NEW);
    expect(() => host.prepareDomain(second, limits(41))).toThrow(
      'the host has 40 MiB free, the domain needs 41 MiB',
    );
    expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(40));
    host.prepareDomain(second, limits(40));
    expect(host.hostInfo().freeMemoryKib).toBe(0);
    host.destroyDomain(first);
    expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(60));
  });

  test('is claimed anew, and not twice, when a domain is prepared again', () => {
    const host = makeHost(100);
    const id = host.createDomain(NEW);
    const first = host.prepareDomain(id, limits(60));
    const second = host.prepareDomain(id, limits(100));
    expect(host.hostInfo().freeMemoryKib).toBe(0);
    expect(() => host.dom0Events.bindInterdomain(id, first.storePort, () => undefined)).toThrow();
    host.dom0Events.bindInterdomain(id, second.storePort, () => undefined);
  });

  test('adds up, whatever comes and goes', () => {
    const act = fc.oneof(
      fc.record({ mib: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ destroy: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const host = makeHost(100);
        const claims = new Map<Domid, number>();
        for (const one of acts) {
          if ('mib' in one) {
            const free = 100 - [...claims.values()].reduce((sum, mib) => sum + mib, 0);
            const id = host.createDomain(NEW);
            claims.set(id, 0);
            if (one.mib > free) {
              expect(() => host.prepareDomain(id, limits(one.mib))).toThrow(/MiB free/);
            } else {
              host.prepareDomain(id, limits(one.mib));
              claims.set(id, one.mib);
            }
          } else {
            const victim = [...claims.keys()][one.destroy];
            if (victim === undefined) continue;
            host.destroyDomain(victim);
            claims.delete(victim);
          }
          const claimed = [...claims.values()].reduce((sum, mib) => sum + mib, 0);
          expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(100 - claimed));
        }
      }),
    );
  });

  test('is too little on a host that has no more than domain 0 needs', () => {
    expect(() => makeHost(0)).toThrow(/no room beside domain 0/);
    expect(
      () => new SimulatedHypervisor({ totalMemoryKib: kib(0), cpus: 1 }, counterAt(1)),
    ).toThrow();
  });
});

describe('the life of a domain', () => {
  test('begins paused; whoever waits for it to run goes on when it does', async () => {
    const host = makeHost();
    const id = host.createDomain(NEW);
    const domain = host.get(id);
    expect(host.domain(id)).toMatchObject({ paused: true, running: false, blocked: false });
    let went = 0;
    void domain.whenRunnable().then(() => {
      went += 1;
    });
    await turn();
    expect(went).toBe(0);
    host.unpauseDomain(id);
    await turn();
    expect(went).toBe(1);
    await domain.whenRunnable();
    host.pauseDomain(id);
    void domain.whenRunnable().then(() => {
      went += 1;
    });
    host.shutdownDomain(id, 'suspend');
    host.unpauseDomain(id);
    await turn();
    expect(went).toBe(1);
    host.resumeDomain(id);
    await turn();
    expect(went).toBe(2);
  });

  test.each(['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset'] as const)(
    'may end with %s, of which the host is told; what comes later does not change it',
    (reason) => {
      const host = makeHost();
      const id = host.createDomain(NEW);
      const told: Domid[] = [];
      host.onDomainException((which) => told.push(which));
      host.shutdownDomain(id, reason);
      host.shutdownDomain(id, reason === 'crash' ? 'poweroff' : 'crash');
      expect(host.domain(id)?.shutdown).toBe(reason);
      expect(told).toEqual([id]);
    },
  );

  test('resumes only from a suspension', () => {
    const host = makeHost();
    const id = host.createDomain(NEW);
    expect(() => host.resumeDomain(id)).toThrow(/is not suspended/);
    host.shutdownDomain(id, 'crash');
    expect(() => host.resumeDomain(id)).toThrow(/is not suspended/);
  });

  test('may be ended twice, and what never was may be ended too', () => {
    const host = makeHost();
    const id = host.createDomain(NEW);
    const told: Domid[] = [];
    host.onDomainException((which) => told.push(which));
    host.destroyDomain(id);
    host.destroyDomain(id);
    host.destroyDomain(domid(4000));
    expect(told).toEqual([id]);
    expect(host.domain(id)).toBeUndefined();
    expect(() => host.pauseDomain(id)).toThrow(/no domain 1/);
  });

  test('lasts, dying, with its number and memory, until nobody has its pages mapped', () => {
    const host = makeHost(100);
    const id = host.createDomain(NEW);
    host.prepareDomain(id, limits(60));
    const { grants } = host.get(id);
    const refs = [grants.grant(DOM0, 1), grants.grant(DOM0, 2)];
    for (const ref of refs) grants.map(ref, DOM0);
    host.destroyDomain(id);
    for (const ref of refs) {
      host.reap(id);
      expect(host.domain(id)).toMatchObject({ dying: true });
      expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(40));
      expect(() => host.prepareDomain(id, limits(1))).toThrow(/past being prepared/);
      grants.unmap(ref);
    }
    host.reap(id);
    expect(host.domain(id)).toBeUndefined();
    expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(100));
  });
});

describe('memory that domains give back and claim', () => {
  test('is always somewhere: with the host or with one of them, within all limits', () => {
    const act = fc.record({
      domid: fc.constantFrom(1, 2, 3),
      to: fc.nat(90).map(mibToKib),
      what: fc.constantFrom('resize', 'limit', 'destroy'),
    });
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const host = makeHost(100);
        for (let count = 0; count < 3; count += 1) {
          host.prepareDomain(host.createDomain(NEW), limits(20));
        }
        for (const { domid: number, to, what } of acts) {
          const id = domid(number);
          const before = host.domain(id);
          if (before === undefined) continue;
          if (what === 'destroy') host.destroyDomain(id);
          else if (what === 'limit') host.get(id).maxMemoryKib = to;
          else {
            const { freeMemoryKib } = host.hostInfo();
            host.resizeDomain(id, to);
            const { memoryKib } = host.get(id);
            if (to >= before.memoryKib) {
              const most = Math.min(to, before.maxMemoryKib, before.memoryKib + freeMemoryKib);
              expect(memoryKib).toBe(Math.max(most, before.memoryKib));
            } else expect(memoryKib).toBe(Math.max(to, mibToKib(4)));
          }
          const used = host.domains().reduce((sum, { memoryKib }) => sum + memoryKib, 0);
          expect(used + host.hostInfo().freeMemoryKib).toBe(mibToKib(DOM0_MIB + 100));
        }
      }),
    );
  });

  test('is domain 0 as well, but it keeps what the host needs', () => {
    const host = makeHost(100);
    host.resizeDomain(DOM0, mibToKib(512));
    expect(host.hostInfo().freeMemoryKib).toBe(mibToKib(612));
    host.resizeDomain(DOM0, mibToKib(1));
    expect(host.domain(DOM0)).toMatchObject({ memoryKib: mibToKib(256) });
    host.resizeDomain(DOM0, mibToKib(4096));
    expect(host.domain(DOM0)).toMatchObject({ memoryKib: mibToKib(DOM0_MIB) });
  });
});
