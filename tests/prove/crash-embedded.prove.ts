import { test } from 'vitest';
import { proveCrashes } from './crash-proof.ts';
import { proveFirstStarts } from './first-starts.ts';
import { embedded } from './installation.ts';

test('one process that is killed again and again loses nothing', () => proveCrashes(embedded, 0.35));

test('one process that is killed in its first start begins anew', () => proveFirstStarts(embedded));
