// Our store daemon alone in its process, as `npm run build` has compiled it.
import { join } from 'node:path';
import { StoreDaemon } from '../../dist/src/xenstored/daemon.js';
import { duplexPair } from '../../dist/src/xenstored/duplex-pair.js';

const [dir] = process.argv.slice(2);
const host = { domainState: () => 'alive', connectRing: () => duplexPair()[0] };
const daemon = await StoreDaemon.open({ dir, host });
await daemon.listen(join(dir, 'socket'));
process.send?.('listening');
// The bench is gone: so is the need for this process.
process.on('disconnect', () => process.exit(0));
