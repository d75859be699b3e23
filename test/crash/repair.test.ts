import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiClient } from '../../src/client/api-client.js';
import { stopDaemon } from '../../src/client/daemon-control.js';
import { Domovoi } from '../e2e/helpers/domovoi.js';

const HOME = '/local/domain/4711';
const RECORD = '/libxl/4711';
/** The steps of a repair of both, by the names that faults have for them. */
const FIRST = `repair orphan-home ${HOME}`;
const SECOND = `repair orphan-record ${RECORD}`;

describe('a repair', () => {
  let host: Domovoi;
  beforeAll(() => {
    host = new Domovoi();
  });
  afterAll(() => host.close());

  test.for([
    { fault: `${FIRST}:before=kill`, status: 'failed', left: [HOME, RECORD] },
    { fault: `${FIRST}:after=kill`, status: 'succeeded', left: [] },
    { fault: `${SECOND}:before=kill`, status: 'succeeded', left: [] },
    { fault: `${SECOND}:after=kill`, status: 'succeeded', left: [] },
  ])('whose daemon is killed at $fault has $status', async ({ fault, status, left }) => {
    await host.ok('store', 'write', `${HOME}/name`, 'lost', `${RECORD}/type`, 'pv');
    await host.ok('list');
    await stopDaemon(host.stateDir);
    const killed = await host.run(['fsck', '--fix'], { env: { DOMOVOI_FAULT: fault } });
    expect(killed.stderr).toContain('domovoi: the toolstack daemon is gone');
    await host.ok('list');
    const daemon = apiClient(host.stateDir.daemonSocket);
    const { operations } = await daemon.ask('history', {});
    expect(operations[0]).toMatchObject({ kind: 'repair', status });
    const { findings } = await daemon.ask('fsck');
    expect(findings.map(({ path }) => path)).toEqual(left);
    expect(await host.ok('fsck', '--fix')).toContain('All is well');
  });
});
