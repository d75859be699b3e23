import { afterAll, beforeAll, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const PV = exampleConfig('pv');
const WARNING =
  'WARNING: xl now has better capability to manage domain configuration, ' +
  'avoid using this command when possible\n';

let host: Domovoi;
beforeAll(async () => {
  host = new Domovoi();
  await host.ok('create', PV);
});
afterAll(() => host.close());

// As real xl says it, but that ours has -N print steps instead of a configuration.
test.each([
  [['pv', PV], 0, 'setting dom1 configuration\n'],
  [['pv', PV, 'memory=120'], 0, 'setting dom1 configuration\n'],
  [['pv'], 1, 'Config file not specified\n'],
  [['pv', 'memory=120'], 1, 'Config file not specified\n'],
  [
    ['pv', '/nonexistent.cfg'],
    253,
    'Failed to read config file: /nonexistent.cfg: No such file or directory\n',
  ],
  [['nosuch', PV], 1, 'nosuch is an invalid domain identifier (rc=-6)\n'],
  [
    ['pv', PV, 'nonsense'],
    2,
    'domovoi: "nonsense" is no key=value setting\n' +
      '  - Usage: domovoi config-update DOMAIN [FILE] [KEY=VALUE]... [FLAGS]\n  - See --help.\n',
  ],
])('config-update %j ends with %i', async (args, code, words) => {
  const result = await host.run(['config-update', ...args]);
  expect(result).toEqual({ code, stdout: '', stderr: WARNING + words });
});

test('-d prints the configuration, and a dry run changes nothing', async () => {
  const { stdout } = await host.run(['config-update', '-d', 'pv', PV, 'memory=99']);
  expect(JSON.parse(stdout)).toMatchObject({
    c_info: { name: 'pv' },
    b_info: { target_memkb: 99 * 1024 },
  });
  const before = await host.ok('list', '-l', 'pv');
  const dry = await host.run(['-N', 'config-update', 'pv', PV, 'memory=98']);
  expect(dry).toMatchObject({ code: 0, stderr: WARNING });
  expect(dry.stdout).toMatch(/\n {2}1 {2}save config \(no way back from here\)\n/);
  expect(JSON.parse(await host.ok('list', '-l', 'pv'))).toMatchObject(JSON.parse(before));
});
