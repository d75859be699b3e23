// A store daemon in a process of its own, to be killed. Runs what `npm run build` has compiled.
import { join } from 'node:path';
import { StoreDaemon } from '../../../dist/src/xenstored/daemon.js';
import { duplexPair } from '../../../dist/src/xenstored/duplex-pair.js';

const [dir] = process.argv.slice(2);
const host = { domainState: () => 'alive', connectRing: () => duplexPair()[0] };
const daemon = await StoreDaemon.open({ dir, host });
await daemon.listen(join(dir, 'socket'));
process.send?.('listening');
// The parent is gone: so is the need for this process.
process.on('disconnect', () => process.exit(0));
