import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolstackError } from '../../src/model/index.js';
import { findStateDir, makeStateDir, stateDirAt } from '../../src/runtime/state-dir.js';
import { temporaryDirectory } from './temporary.js';

describe('the state directory', () => {
  test.each([
    [{ DOMOVOI_STATE_DIR: '/var/d', XDG_STATE_HOME: '/x', HOME: '/home/a' }, '/var/d'],
    [{ XDG_STATE_HOME: '/x', HOME: '/home/a' }, '/x/domovoi'],
    [{ XDG_STATE_HOME: 'relative', HOME: '/home/a' }, '/home/a/.local/state/domovoi'],
    [{ DOMOVOI_STATE_DIR: '', HOME: '/home/a' }, '/home/a/.local/state/domovoi'],
    [{ DOMOVOI_STATE_DIR: 'here' }, join(process.cwd(), 'here')],
  ])('of %j is %s', (env, root) => {
    expect(findStateDir(env).root).toBe(root);
  });

  test('spells the names of what is in it', () => {
    expect(stateDirAt('/s')).toMatchObject({
      storeSocket: '/s/xenstored/socket',
      hypervisorSocket: '/s/machine/hypervisor.sock',
      machineDatabase: '/s/machine/machine.db',
      machineLog: '/s/machine/log',
      daemonSocket: '/s/daemon/api.sock',
      historyDatabase: '/s/daemon/history.db',
      daemonLog: '/s/daemon/log',
      daemonLock: '/s/daemon/lock.db',
      startLock: '/s/start.lock',
    });
  });

  test('is made for its owner alone, the directories above it too', () => {
    const above = join(temporaryDirectory(), 'above');
    const stateDir = stateDirAt(join(above, 'state'));
    makeStateDir(stateDir);
    for (const directory of [
      above,
      stateDir.root,
      stateDir.storeDir,
      stateDir.machineDir,
      stateDir.daemonDir,
    ]) {
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    }
  });

  test('may exist already, and is left as it is', () => {
    const stateDir = stateDirAt(join(temporaryDirectory(), 'state'));
    mkdirSync(stateDir.root);
    chmodSync(stateDir.root, 0o750);
    makeStateDir(stateDir);
    expect(statSync(stateDir.root).mode & 0o777).toBe(0o750);
    expect(existsSync(stateDir.daemonDir)).toBe(true);
  });

  test('with the longest path allowed has sockets that work, with one byte more is refused', async () => {
    const base = temporaryDirectory();
    const name = 'n'.repeat(107 - `${base}//machine/hypervisor.sock`.length);
    const stateDir = stateDirAt(join(base, name));
    makeStateDir(stateDir);
    const server = createServer().listen(stateDir.hypervisorSocket);
    await once(server, 'listening');
    const socket = connect(stateDir.hypervisorSocket);
    await once(socket, 'connect');
    socket.destroy();
    server.close();

    const tooLong = () => stateDirAt(join(base, `${name}n`));
    expect(tooLong).toThrow(ToolstackError);
    expect(tooLong).toThrow(/1 bytes too long.*at most 107/);
  });

  test('counts the bytes of its path, not its characters', () => {
    expect(() => stateDirAt(`/${'д'.repeat(42)}`)).toThrow(/DOMOVOI|too long/);
    expect(() => stateDirAt(`/${'d'.repeat(42)}`)).not.toThrow();
  });
});
