import { afterAll, beforeAll, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

let host: Domovoi;
beforeAll(async () => {
  host = new Domovoi();
  await host.ok('create', '-p', exampleConfig('pv'));
});
afterAll(() => host.close());

test('wait ends when the domain gets there, and says nothing', async () => {
  const running = host.run(['wait', 'pv', '--for', 'running', '--timeout', '60']);
  await host.ok('unpause', 'pv');
  expect(await running).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('wait for a domain that is yet to come ends when it has', async () => {
  const connected = host.run(['wait', 'late', '--for', 'connected', '--timeout', '60']);
  await host.ok('create', exampleConfig('pv'), 'name="late"');
  expect(await connected).toEqual({ code: 0, stdout: '', stderr: '' });
  const gone = host.run(['wait', 'late', '--for', 'gone', '--timeout', '60', '--json']);
  await host.ok('destroy', 'late');
  const { code, stdout } = await gone;
  expect({ code, envelope: JSON.parse(stdout) }).toEqual({
    code: 0,
    envelope: { apiVersion: 'v1', kind: 'Wait', item: { state: 'gone' } },
  });
});

test('wait that runs out of time ends with 1 and says what the domain is instead', async () => {
  await host.ok('pause', 'pv');
  expect(await host.run(['wait', 'pv', '--for', 'shutdown', '--timeout', '0'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'domovoi: "pv" is not shutdown after 0 s: it is paused\n' +
      '  - Give it more time with --timeout SECONDS.\n',
  });
});
