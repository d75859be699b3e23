import type { Plan } from '../../../src/model/index.js';
import type { Handlers } from '../../../src/operations/index.js';

export function fileSteps(directory: string): Handlers;
export const FILE_PLAN: Plan;
