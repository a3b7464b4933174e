import { test } from 'vitest';
import { proveCrashes } from './crash-proof.ts';
import { proveFirstStarts } from './first-starts.ts';
import { onPostgres, type Settings } from './installation.ts';

const withWorkers = (settings: Settings) => onPostgres(3, settings);

test('server, workers and database that are killed again and again lose nothing', () =>
  proveCrashes(withWorkers, 0.65));

test('a server and workers that are killed in their first start begin anew', () =>
  proveFirstStarts(withWorkers));
