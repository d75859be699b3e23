import { crashTests } from './helpers/crash-tests.js';
import { VERBS } from './helpers/verbs/index.js';

crashTests(VERBS.upkeep);
