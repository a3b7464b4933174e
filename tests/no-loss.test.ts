import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';
import { databaseSources } from './no-loss/database-sources.ts';
import { emulatedSources } from './no-loss/emulated-sources.ts';
import { fileRoot, fileSources } from './no-loss/file-sources.ts';
import { Play } from './no-loss/play.ts';
import { ServerUnderTest } from './server-under-test.ts';

/** Each test waits for what goes before it, too. */
const TIMEOUT = { timeout: 300_000 };
const sources = [...emulatedSources, ...databaseSources, ...fileSources];
const server = new ServerUnderTest({ TRIBUTARY_LOG: 'off', TRIBUTARY_FILE_ROOTS: fileRoot });
const plays = new Map<string, Play>();

beforeAll(async () => {
  await server.start();
  // All go on side by side, and each test waits for its own part.
  for (const source of sources) plays.set(source.name, new Play(server, source));
});
afterAll(async () => {
  await Promise.all([...plays.values()].map((play) => play.end()));
  await server.dispose();
});

describe.each(sources)('the lake ends equal to $name ($mode), row by row', ({ name, troubles }) => {
  beforeEach(async (context) => {
    if (await plays.get(name)?.isInstalled) return;
    if (process.env.CI) throw new Error(`what ${name} needs is not installed`);
    context.skip(`what ${name} needs is not installed`);
  });

  test('after its first run', TIMEOUT, () => plays.get(name)?.outcome(undefined));

  test.each(troubles.map((trouble) => [trouble.name, trouble] as const))(
    'when %s',
    TIMEOUT,
    (_name, trouble) => plays.get(name)?.outcome(trouble),
  );
});
