import { test } from 'vitest';
import { proveCrashes } from './crash-proof.ts';
import { startEmbedded } from './installation.ts';

test('one process that is killed again and again loses nothing', () => proveCrashes(startEmbedded, 0.35));
