import { contract } from './contract.js';
import { openCore } from './stores/core.js';

contract('the store without log and sockets', 'ours', async () => openCore());
