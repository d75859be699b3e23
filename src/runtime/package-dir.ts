import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Where this package is, run from its sources or built. */
export const PACKAGE_DIR = dirname(createRequire(import.meta.url).resolve('domovoi/package.json'));
