/**
 * Proofs that would make a round of tests too long, most of them against real servers: `npm run prove` runs
 * them.
 */
export const LONG_PROOFS = [
  'apps/web/src/web-ui-sources.test.ts',
  'packages/data-prep/src/expressions.fuzz.test.ts',
  'packages/runner/src/columns-at-once.test.ts',
  'packages/runner/src/hostile-columns.test.ts',
  'packages/runner/src/mode-changes.fuzz.test.ts',
  'tests/databases.test.ts',
  'tests/dynamics.test.ts',
  'tests/faults.test.ts',
  'tests/no-loss.test.ts',
  'tests/object-store.test.ts',
  'tests/shared-bucket.test.ts',
  'tests/workers.test.ts',
];
