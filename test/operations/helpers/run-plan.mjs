// usage: node run-plan.mjs DATABASE DIRECTORY FAULTS: runs the file plan as a daemon would.
import { History } from '../../../dist/src/history/index.js';
import { parseFaults, runPlan } from '../../../dist/src/operations/index.js';
import { FILE_PLAN, fileSteps } from './file-steps.mjs';

const [database, directory, faults] = process.argv.slice(2);
const history = History.open(database);
const context = {
  journal: history.journal,
  handlers: fileSteps(directory),
  faults: parseFaults(faults),
};
const request = { id: 'the-operation', plan: FILE_PLAN, requestedBy: 'root' };
await runPlan(context, { ...request, emit: () => undefined });
history.close();
