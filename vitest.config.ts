import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A hung test must end the run; no assertion depends on these figures.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
