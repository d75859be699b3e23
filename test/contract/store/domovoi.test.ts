import { contract } from './contract.js';
import { openDomovoi } from './stores/domovoi.js';

contract('our daemon over its socket', 'ours', () => openDomovoi('socket'));
contract('our daemon in process', 'ours', () => openDomovoi('process'));
