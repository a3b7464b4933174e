import { describe } from 'vitest';
import { testSourceConformance } from '../../conformance/conformance-kit.ts';
import { knownDatabase } from '../known-database.test-kit.ts';
import { canRunPostgresql, startTestPostgresql } from './test-database.test-kit.ts';

describe.skipIf(!canRunPostgresql)('PostgreSQL', () => {
  testSourceConformance(
    knownDatabase(startTestPostgresql, {
      instant: 'timestamptz',
      numbers: (limit) => `generate_series(1, ${limit}) AS numbers (n)`,
      analyze: (table) => `ANALYZE ${table}`,
    }),
  );
});
