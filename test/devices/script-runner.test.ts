import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HotplugCall, hotplugCalls, ScriptRunner } from '../../src/devices/index.js';
import { DOM0, domid } from '../../src/model/index.js';

const NEVER = new AbortController().signal;
const PATIENT = 20_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dv-script-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function script(text: string, mode = 0o755): HotplugCall {
  const path = join(directory, 'script');
  writeFileSync(path, text, { mode });
  return { script: path, args: ['add'], env: { OUT: join(directory, 'out') } };
}

function run(call: HotplugCall, timeoutMs = PATIENT, signal = NEVER): Promise<void> {
  const env = { PATH: process.env.PATH, XENSTORED_PATH: '/run/store' };
  return new ScriptRunner(env).call(call, { timeoutMs, signal });
}

describe('a hotplug script', () => {
  test('is told what it is about, and may take its time', async () => {
    const call = script('#!/bin/sh\necho "$1 $XENSTORED_PATH $PWD" > "$OUT"\n');
    await run(call);
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('add /run/store /\n');
  });

  test('that fails is quoted', async () => {
    const call = script('#!/bin/sh\necho "no such bridge" >&2\nexit 3\n');
    await expect(run(call)).rejects.toMatchObject({
      code: 'EIO',
      message: `${call.script} add ended with exit status 3: no such bridge`,
    });
  });

  test('that has no end of things to say is quoted in short', async () => {
    const call = script('#!/bin/sh\nyes "blah" | head -c 300000 >&2\necho "the end"\nexit 1\n');
    const error: unknown = await run(call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EIO', message: expect.stringMatching(/blah/) });
    expect((error as Error).message.length).toBeLessThan(1500);
  });

  test('that was killed says by what', async () => {
    await expect(run(script('#!/bin/sh\nkill -TERM $$\n'))).rejects.toMatchObject({
      message: expect.stringContaining('ended with signal SIGTERM'),
    });
  });

  test('that hangs is killed, and all that it started with it', async () => {
    const call = script('#!/bin/sh\nsleep 600 &\necho $! > "$OUT"\nwait\n');
    await expect(run(call, 500)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: `the hotplug script ${call.script} did not end within 500 ms and was killed`,
    });
    await expectGone(Number(readFileSync(join(directory, 'out'), 'utf8')));
  });

  test('is killed when nobody wants it any more', async () => {
    const cancel = new AbortController();
    const ended = run(script('#!/bin/sh\nsleep 600\n'), PATIENT, cancel.signal);
    cancel.abort(new Error('cancelled by the user'));
    await expect(ended).rejects.toThrow('cancelled by the user');
  });

  test('that leaves something running behind it has ended all the same', async () => {
    const call = script('#!/bin/sh\nsleep 600 &\necho $! > "$OUT"\n');
    await run(call);
    process.kill(Number(readFileSync(join(directory, 'out'), 'utf8')), 'SIGKILL');
  });

  test('that is not there is missed by name', async () => {
    const call = { script: '/nonexistent/block', args: ['add'], env: {} };
    await expect(run(call)).rejects.toMatchObject({
      code: 'ENOENT',
      message: 'there is no hotplug script /nonexistent/block',
    });
  });

  test('that may not be executed says how to let it', async () => {
    const call = script('#!/bin/sh\n', 0o644);
    await expect(run(call)).rejects.toMatchObject({
      code: 'EACCES',
      suggestions: [`Make it executable: chmod +x ${call.script}`],
    });
  });

  test('that names no program is read by the shell, and fails as there', async () => {
    await expect(run(script('no-such-command'))).rejects.toMatchObject({
      code: 'EIO',
      message: expect.stringMatching(/ended with exit status 127: .*not found/),
    });
  });
});

describe('libxl’s calls', () => {
  const at = (kind: 'vbd' | 'vif', id: number) => ({
    domid: domid(5),
    kind,
    id,
    backendDomid: DOM0,
  });

  test('of the script of a disk', () => {
    const script = '/etc/xen/scripts/block';
    expect(hotplugCalls(at('vbd', 51712), { script, type: 'phy' }, 'remove')).toEqual([
      {
        script,
        args: ['remove'],
        env: {
          script,
          XENBUS_TYPE: 'vbd',
          XENBUS_PATH: 'backend/vbd/5/51712',
          XENBUS_BASE_PATH: 'backend',
        },
      },
    ]);
  });

  test('of the script of an emulated interface: once for each end', () => {
    const script = '/etc/xen/scripts/vif-bridge';
    const nodes = { script, type: 'vif_ioemu', gatewayDevice: 'eth1' };
    const env = {
      script,
      XENBUS_TYPE: 'vif',
      XENBUS_PATH: 'backend/vif/5/1',
      XENBUS_BASE_PATH: 'backend',
      netdev: 'eth1',
      INTERFACE: 'vif5.1-emu',
      vif: 'vif5.1',
    };
    expect(hotplugCalls(at('vif', 1), nodes, 'add')).toEqual([
      { script, args: ['online', 'type_if=vif'], env },
      { script, args: ['add', 'type_if=tap'], env },
    ]);
  });

  test('of the script of a paravirtual interface', () => {
    const [call, ...others] = hotplugCalls(at('vif', 0), { script: '/s', type: 'vif' }, 'remove');
    expect(others).toEqual([]);
    expect(call?.args).toEqual(['offline', 'type_if=vif']);
    expect(call?.env).toMatchObject({ netdev: '', vif: 'vif5.0' });
    expect(call?.env).not.toHaveProperty('INTERFACE');
  });
});

/** A killed process is a zombie until its parent looks; there is no event for a stranger's end. */
async function expectGone(pid: number): Promise<void> {
  const isRunning = (): boolean => {
    try {
      return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  };
  while (isRunning()) await new Promise((resolve) => setImmediate(resolve));
}
