import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { localFileIO, readTable, strayMetadata, type Table } from '@tributary/lake';
import { expect } from 'vitest';
import { manifestEntries } from '../../packages/lake/src/manifest.ts';
import { readManifestList } from '../../packages/lake/src/manifest-list.ts';
import type { Installation, Query } from './installation.ts';

/** Left by who died in mid-write; the upkeep removes such files by this name, a day later. */
const UNFINISHED = /\.unfinished$/;
/** What readers without a catalog find a table by. */
const VERSION_HINT = /\/metadata\/version-hint\.text$/;

/**
 * Nothing lies about that nobody knows of: data files, metadata, staged pages, diagnostics, scratch. And
 * nothing that a snapshot names is missing.
 */
export async function expectNoStrays(
  { server, workers, lakeFolder, runsFolder }: Installation,
  query: Query,
): Promise<void> {
  const files = await filesBelow(lakeFolder);
  const { named, swept } = await filesOfTables(lakeFolder, query);
  const isNoted = await notedFiles(lakeFolder, query);
  expect([...named].filter((path) => !existsSync(path)).sort(), 'files that are missing').toEqual([]);
  const kept = new Set((await query('select run_id from watermarks')).map(({ run_id }) => run_id));
  const batches = new Set((await query("select id from resources where kind = 'batch'")).map(({ id }) => id));
  const staged = await entries(join(runsFolder, 'staging'));
  const diagnosed = await entries(join(runsFolder, 'diagnostics'));
  const scratch = await Promise.all(
    [server, ...workers].map(({ dataFolder }) => entries(join(dataFolder, 'scratch'))),
  );
  const isKnown = (path: string) =>
    named.has(path) || swept.has(path) || isNoted(path) || VERSION_HINT.test(path) || UNFINISHED.test(path);
  expect(
    [
      ...files.filter((path) => !isKnown(path)),
      ...staged.filter((runId) => !kept.has(runId)).map((runId) => `staging/${runId}`),
      ...diagnosed.filter((batchId) => !batches.has(batchId)).map((batchId) => `diagnostics/${batchId}`),
      ...scratch.flat().map((process) => `scratch/${process}`),
    ],
    'files that nobody knows of',
  ).toEqual([]);
}

/** What tables name, and what the upkeep sweeps from their folders once it is old. */
async function filesOfTables(lakeFolder: string, query: Query) {
  const io = localFileIO(lakeFolder);
  const named = new Set<string>();
  const swept = new Set<string>();
  for (const { location } of await query('select metadata_location as location from table_pointers')) {
    const table = await readTable(io, String(location));
    for await (const file of filesOf(lakeFolder, table)) named.add(io.pathOf(file));
    const inAYear = new Date(Date.now() + 365 * 86_400_000);
    for (const file of await strayMetadata(io, table, inAYear)) swept.add(io.pathOf(file));
  }
  return { named, swept };
}

/** The locations of all that a table's metadata leads to, those of its earlier metadata among them. */
async function* filesOf(lakeFolder: string, { metadata, metadataLocation }: Table): AsyncGenerator<string> {
  const io = localFileIO(lakeFolder);
  yield metadataLocation;
  for (const entry of metadata['metadata-log']) yield entry['metadata-file'];
  for (const snapshot of metadata.snapshots) {
    yield snapshot['manifest-list'];
    for (const manifest of await readManifestList(io, snapshot)) {
      yield manifest.manifestPath;
      for await (const { status, dataFile } of manifestEntries(io, manifest))
        if (status !== 'deleted') yield dataFile.filePath;
    }
  }
}

/**
 * What the upkeep was about to write, and what it has replaced, it has noted before, and removes a day later;
 * the folder of a table that was about to be made likewise.
 */
async function notedFiles(lakeFolder: string, query: Query): Promise<(path: string) => boolean> {
  const io = localFileIO(lakeFolder);
  const noted = await query(
    "select kind, name from sandbox_leftovers where kind in ('file', 'folder', 'table')",
  );
  const files = new Set(
    noted.filter(({ kind }) => kind === 'file').map(({ name }) => io.pathOf(String(name))),
  );
  const folders = noted.filter(({ kind }) => kind !== 'file').map(({ name }) => io.pathOf(String(name)));
  return (path) => files.has(path) || folders.some((folder) => path.startsWith(`${folder}/`));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const entries = async (folder: string) => (existsSync(folder) ? readdir(folder) : []);
