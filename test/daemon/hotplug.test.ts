import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { storeTest } from '../e2e/helpers/store.js';
import { config, DISK, EXAMPLES, finished, succeeded, TestHost } from './helpers/embedded.js';

const SCRIPTS = { DOMOVOI_HOTPLUG: 'scripts', DOMOVOI_HOTPLUG_TIMEOUT_MS: '2000' };
const DISABLE_UDEV = '/local/domain/0/libxl/disable_udev';

/** What `block` of Xen does for a file, as far as back ends see it. */
const BLOCK = `#!/bin/sh
set -e
echo "$1 $XENBUS_TYPE $XENBUS_PATH $XENBUS_BASE_PATH" >> "$(dirname "$0")/calls"
[ "$1" = remove ] && exit 0
params=$(xenstore-read "$XENBUS_PATH/params")
if [ ! -e "$params" ]; then
  xenstore-write "$XENBUS_PATH/hotplug-error" "$params does not exist" "$XENBUS_PATH/hotplug-status" error
  exit 1
fi
xenstore-write "$XENBUS_PATH/node" "$params" "$XENBUS_PATH/physical-device" 7:3
xenstore-write "$XENBUS_PATH/hotplug-status" connected
`;
/** What `vif-bridge` of Xen does, without the bridge. */
const VIF = `#!/bin/sh
echo "$1 $2 $vif $XENBUS_PATH" >> "$(dirname "$0")/calls"
[ "$1" = offline ] || xenstore-write "$XENBUS_PATH/hotplug-status" connected
`;

let host: TestHost;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dv-hotplug-'));
  host = await TestHost.start(SCRIPTS);
});
afterEach(async () => {
  await host.close();
  rmSync(directory, { recursive: true });
});

function script(name: string, text: string, mode = 0o755): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  return path;
}

const calls = (): string[] =>
  readFileSync(join(directory, 'calls'), 'utf8').trimEnd().split('\n').sort();

/** A domain with one disk and one interface whose scripts are these. */
function domain(block: string, vif: string, target = DISK): string {
  return config(
    'web',
    `disk = [ 'script=${block},vdev=xvda,target=${target}' ]
vif = [ 'script=${vif}' ]`,
  );
}

storeTest('scripts plug devices in and out, and back ends wait for them', async () => {
  const before = await host.traces();
  expect(await host.store.readText(DISABLE_UDEV)).toBe('1');
  const { newDomid } = await host.created(domain(script('block', BLOCK), script('vif', VIF)));
  const id = String(newDomid);
  for (const device of ['vbd/51712', 'vif/0']) {
    await host.until(`/local/domain/${id}/device/${device}/state`, (state) => state === '4');
  }
  expect(await host.store.readText(`/local/domain/0/backend/vbd/${id}/51712/physical-device`)).toBe(
    '7:3',
  );
  await host.destroyed('web');
  expect(calls()).toEqual([
    `add vbd backend/vbd/${id}/51712 backend`,
    `offline type_if=vif vif${id}.0 backend/vif/${id}/0`,
    `online type_if=vif vif${id}.0 backend/vif/${id}/0`,
    `remove vbd backend/vbd/${id}/51712 backend`,
  ]);
  expect(await host.traces()).toEqual(before);
});

storeTest.for([
  ['fails', BLOCK, 0o755, '/nonexistent', 'EIO', '/nonexistent does not exist'],
  ['says nothing', '#!/bin/sh\nexit 4\n', 0o755, DISK, 'EIO', 'ended with exit status 4'],
  ['hangs', '#!/bin/sh\nsleep 600\n', 0o755, DISK, 'ETIMEDOUT', 'did not end within 2000 ms'],
  ['may not be run', BLOCK, 0o644, DISK, 'EACCES', 'is not executable'],
] as const)(
  'a script that %s undoes the create, and says why',
  async ([, text, mode, target, code, message]) => {
    const before = await host.traces();
    const block = script('block', text, mode);
    const end = await finished(await host.create(domain(block, script('vif', VIF), target)));
    expect(end).toMatchObject({ status: 'failed', error: { code } });
    expect(end.error?.message).toContain(message);
    expect(end.error?.where).toContain('domain web, step await-back-ends');
    expect(await host.traces()).toEqual(before);
  },
);

storeTest('a script that is missing undoes an attach; one that fails stops no detach', async () => {
  await host.created(domain(script('block', BLOCK), script('vif', VIF)));
  const { tree } = await host.traces();
  const attach = (words: string) =>
    host.api.change('block-attach', {
      domain: 'web',
      specification: words,
      cwd: EXAMPLES,
      requestedBy: 'test',
    });
  const end = await finished(await attach(`script=/nonexistent/block,vdev=xvdb,target=${DISK}`));
  expect(end.error?.message).toBe('there is no hotplug script /nonexistent/block');
  expect((await host.traces()).tree).toEqual(tree);
  const sulky = script('sulky', BLOCK.replace('exit 0', 'exit 5'));
  await succeeded(await attach(`script=${sulky},vdev=xvdb,target=${DISK}`));
  const state = await succeeded(
    await host.api.change('block-detach', {
      domain: 'web',
      device: 'xvdb',
      force: true,
      requestedBy: 'test',
    }),
  );
  expect(state.problems).toEqual([expect.stringContaining('ended with exit status 5')]);
  expect((await host.traces()).tree).toEqual(tree);
});

storeTest('a daemon that leaves scripts to the back ends says so', async () => {
  await host.stopDaemon();
  await host.startDaemon();
  expect(await host.store.exists('/local/domain/0/libxl')).toBe(false);
  await host.created(config('web'));
});
