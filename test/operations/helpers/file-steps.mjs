import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Steps whose effect, a file in `directory`, outlives the process that runs them. */
export function fileSteps(directory) {
  const fileOf = ({ args }) => join(directory, args.name);
  const step = {
    async do(call) {
      writeFileSync(fileOf(call), call.operation);
      return { [call.args.name]: true };
    },
    async undo(call) {
      rmSync(fileOf(call), { force: true });
    },
    async isDone(call) {
      return existsSync(fileOf(call)) ? { [call.args.name]: true } : false;
    },
  };
  return new Map(['make', 'send', 'go', 'remove'].map((name) => [name, step]));
}

export const FILE_PLAN = {
  kind: 'migrate',
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'web1',
  state: {},
  steps: [
    { name: 'make', args: { name: 'made' } },
    { name: 'send', args: { name: 'sent' } },
    { name: 'go', args: { name: 'gone' }, pivot: true },
    { name: 'remove', args: { name: 'removed' } },
  ],
};
