import { defineConfig } from 'vitest/config';
import { LONG_PROOFS } from './tests/long-proofs.ts';
import { SummaryReporter } from './tests/summary-reporter.ts';

const MINUTE_MS = 60_000;

/** Proofs that take minutes, beside the tests. */
export default defineConfig({
  test: {
    include: [
      'tests/prove/**/*.prove.ts',
      ...LONG_PROOFS,
      // Tests too, with as many histories and writers as they have time for here.
      'packages/runner/src/{scheduling,concurrent-writers}.test.ts',
    ],
    globalSetup: 'tests/shared-folder.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 40 * MINUTE_MS,
    hookTimeout: 3 * MINUTE_MS,
    env: {
      TRIBUTARY_HISTORIES: process.env.TRIBUTARY_HISTORIES ?? '2000',
      TRIBUTARY_WRITERS: process.env.TRIBUTARY_WRITERS ?? '16',
    },
    reporters: ['default', new SummaryReporter()],
  },
});
