import { describe } from 'vitest';
import { testSourceConformance } from '../../conformance/conformance-kit.ts';
import { knownDatabase } from '../known-database.test-kit.ts';
import { canRunMariadb, startTestMariadb } from './test-database.test-kit.ts';

describe.skipIf(!canRunMariadb)('MariaDB', () => {
  testSourceConformance(
    knownDatabase(startTestMariadb, {
      instant: 'TIMESTAMP(6)',
      numbers: (limit) => `(SELECT seq AS n FROM seq_1_to_${limit}) AS numbers`,
      analyze: (table) => `ANALYZE TABLE ${table}`,
    }),
  );
});
