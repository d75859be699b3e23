import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { apiClient } from '../../src/client/api-client.js';
import { stopDaemon } from '../../src/client/daemon-control.js';
import { planAdopt } from '../../src/domain/index.js';
import type { CompleteConfig } from '../../src/layout/index.js';
import { domid } from '../../src/model/index.js';
import { Domovoi, exampleConfig } from '../e2e/helpers/domovoi.js';
import { dump, storeTest } from '../e2e/helpers/store.js';
import { faultCases } from './helpers/plans.js';

const { steps } = planAdopt(domid(1), {} as CompleteConfig, false);

describe('an adoption', () => {
  let host: Domovoi;
  let before: readonly string[];

  /** A domain of another toolstack, whose directory below /vm is lost. */
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', '-q', exampleConfig('pv'));
    await stopDaemon(host.stateDir);
    for (const end of ['', '-wal', '-shm']) {
      rmSync(`${host.stateDir.historyDatabase}${end}`, { force: true });
    }
    await host.ok('store', 'rm', '/vm');
    await host.ok('list');
    before = await dump(host);
  });
  afterAll(() => host.close());

  storeTest.for(faultCases(steps))('whose daemon is killed $point $step is $end', async (each) => {
    const { step, point, end } = each;
    expect(end).toBe('undone');
    await stopDaemon(host.stateDir);
    const fault = { DOMOVOI_FAULT: `${step}:${point}=kill` };
    const killed = await host.run(['adopt', 'pv'], { env: fault });
    expect(killed.stderr).toContain('domovoi: the toolstack daemon is gone');
    await host.ok('list');
    expect(await dump(host)).toEqual(before);
    const { operations, incarnations } = await apiClient(host.stateDir.daemonSocket).ask('history');
    expect(operations[0]).toMatchObject({ kind: 'adopt', status: 'failed' });
    expect(incarnations.filter(({ to }) => to === undefined)).toEqual([]);
  });

  storeTest('is possible still, and then the domain can be moved', async () => {
    await host.ok('adopt', 'pv');
    await host.ok('migrate', 'pv', 'localhost');
    await host.ok('destroy', 'pv');
    expect(await host.ok('fsck')).toContain('All is well');
  });
});
