import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolstackError } from '../../src/model/index.js';
import { parseFaults } from '../../src/operations/index.js';
import { Ground, planOf, recorded, run } from './helpers/ground.js';

const noAbort = new AbortController().signal;

describe('the fault injector', () => {
  it('fails only the named step at the named point', async () => {
    const faults = parseFaults('build:after=fail, attach vbd 51712=fail');
    const vbd = { name: 'attach', subject: 'vbd 51712' };
    await expect(faults.at({ name: 'build' }, 'after', noAbort)).rejects.toMatchObject({
      code: 'EIO',
      message: 'A fault was injected after step build',
    });
    await expect(faults.at(vbd, 'before', noAbort)).rejects.toMatchObject({ code: 'EIO' });
    await expect(faults.at({ name: 'build' }, 'before', noAbort)).resolves.toBeUndefined();
    await expect(faults.at(vbd, 'after', noAbort)).resolves.toBeUndefined();
    await expect(
      faults.at({ name: 'attach', subject: 'vif 0' }, 'before', noAbort),
    ).resolves.toBeUndefined();
  });

  it('stalls until the step is given up, with the reason for that', async () => {
    const controller = new AbortController();
    const stalled = parseFaults('build=stall').at({ name: 'build' }, 'before', controller.signal);
    controller.abort(new ToolstackError('cancelled', 'Enough'));
    await expect(stalled).rejects.toMatchObject({ code: 'cancelled', message: 'Enough' });
  });

  it.each(['build', 'build=explode', '=kill', 'build:during=kill'])('refuses "%s"', (text) => {
    expect(() => parseFaults(text)).toThrow(
      expect.objectContaining({ code: 'EINVAL', suggestions: [expect.stringContaining('STEP')] }),
    );
  });

  it('refuses a step that does not exist, and names those that do', () => {
    expect(() => parseFaults('biuld=kill', ['build', 'unpause'])).toThrow(
      expect.objectContaining({ suggestions: ['The steps are build, unpause.'] }),
    );
    expect(() => parseFaults('build vbd 1=kill', ['build'])).not.toThrow();
  });
});

describe('an operation with a fault', () => {
  let ground: Ground;
  beforeEach(() => {
    ground = new Ground();
  });
  afterEach(() => ground.remove());

  it.each([
    ['before', ['do a', 'undo b', 'undo a']],
    ['after', ['do a', 'do b', 'undo b', 'undo a']],
  ])('fails %s the step and undoes it', async (point, expected) => {
    const calls: string[] = [];
    const handlers = recorded(calls, { a: {}, b: { do: async () => ({ domid: 3 }) } });
    const faults = parseFaults(`b:${point}=fail`);
    const plan = planOf([{ name: 'a' }, { name: 'b' }]);
    const { result } = await run({ journal: ground.journal, handlers, faults }, plan);
    expect(calls).toEqual(expected);
    expect(result).toMatchObject({ status: 'failed', error: { code: 'EIO' }, state: {} });
  });
});
