import { planCleanUp, planCreate, planDestroy } from '../../../../src/domain/index.js';
import { planLocalMigration } from '../../../../src/migration/index.js';
import { CONFIG, created, FILE, LEAVING, NAME, running, TEXT } from './guest.js';
import { change, type Verb } from './verb.js';

const request = { text: TEXT, file: FILE, cwd: '/', overrides: [], paused: false };
const SHARE = ['cpus="0-1"', 'cpu_weight=512'];
const nothing = (): Promise<void> => Promise.resolve();
const limited = { ...CONFIG, cpus: [[0, 1]], cpuWeight: 512 } as never;

/** How domains begin, move and end. */
export const LIFE: readonly Verb[] = [
  change('create', request, { steps: planCreate(CONFIG, false).steps, prepare: nothing }),
  change(
    'create',
    { ...request, overrides: SHARE, paused: true },
    { title: 'create -p', steps: planCreate(limited, true).steps, prepare: nothing },
  ),
  change('destroy', { domain: NAME }, { steps: planDestroy(LEAVING).steps, prepare: running }),
  {
    title: 'clean-up',
    kind: 'clean-up',
    steps: planCleanUp(LEAVING).steps,
    prepare: running,
    ask: (host) => host.losePower(),
    unasked: true,
  },
];

/** A move has as many steps as all others together, and a file of its own. */
export const MOVE: readonly Verb[] = [
  change(
    'migrate',
    { domain: NAME, destination: 'localhost' },
    {
      steps: planLocalMigration(LEAVING, limited, {}).steps,
      prepare: (host) => created(host, ...SHARE),
    },
  ),
];
