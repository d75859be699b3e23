export { type MigrationOptions, planLocalMigration } from './plan.js';
export { migrationSteps } from './steps/index.js';
