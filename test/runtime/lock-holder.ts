// Run by lock.test.ts: takes the lock that it is given, says so, and keeps it until it is ended.
import { acquireLock } from '../../src/runtime/lock.js';

const [file = ''] = process.argv.slice(2);
acquireLock(file, { timeoutMs: 0 });
process.stdout.write('locked\n');
process.stdin.resume();
