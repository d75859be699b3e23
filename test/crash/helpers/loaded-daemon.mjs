// Loads the daemon's program and only then waits for its environment: while one case is looked at,
// the daemon of the next is under way. What it then runs is the built program itself.
import { once } from 'node:events';

const program = new URL('../../../dist/src/daemon/', import.meta.url);
await import(new URL('daemon.js', program));
const [environment] = await once(process, 'message');
process.disconnect();
Object.assign(process.env, environment);
await import(new URL('main.js', program));
