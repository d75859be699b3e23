import { expect } from 'vitest';
import { ToolstackError } from '../../src/model/index.js';

/** Runs something that must fail with a ToolstackError, and returns the error. */
export function failure(run: () => unknown): ToolstackError {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ToolstackError);
  return thrown as ToolstackError;
}
