// usage: node open.mjs DATABASE: opens the history once a line comes in on stdin.
import { once } from 'node:events';
import { History } from '../../../dist/src/history/index.js';

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const history = History.open(process.argv[2]);
history.records.domainSeen({
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: `opener${process.pid}`,
  at: Date.now(),
});
history.close();
process.exit(0);
