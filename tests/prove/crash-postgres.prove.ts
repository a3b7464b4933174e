import { test } from 'vitest';
import { proveCrashes } from './crash-proof.ts';
import { startOnPostgres } from './installation.ts';

const WORKERS = 3;

test('server, workers and database that are killed again and again lose nothing', () =>
  proveCrashes(() => startOnPostgres(WORKERS), 0.65));
