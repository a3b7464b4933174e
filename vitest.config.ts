import { configDefaults, defineConfig } from 'vitest/config';
import { LONG_PROOFS } from './tests/long-proofs.ts';
import { SummaryReporter } from './tests/summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['{packages,apps}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...LONG_PROOFS],
    globalSetup: 'tests/shared-folder.ts',
    pool: 'forks',
    maxWorkers: 2,
    // Only what hangs meets them: on a loaded machine a test takes several times what it takes alone.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', new SummaryReporter()],
  },
});
