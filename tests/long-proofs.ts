/** Proofs against real servers, source by source, that would make a round of tests too long: `npm run prove` runs them. */
export const LONG_PROOFS = [
  'apps/web/src/web-ui-sources.test.ts',
  'packages/data-prep/src/expressions.fuzz.test.ts',
  'tests/databases.test.ts',
  'tests/dynamics.test.ts',
  'tests/no-loss.test.ts',
  'tests/object-store.test.ts',
  'tests/shared-bucket.test.ts',
  'tests/workers.test.ts',
];
