import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Page, StagedFormat } from '@tributary/connectors';
import { FileNotFoundError } from '@tributary/lake';
import type { StagedPage } from '@tributary/store';
import { type KeptPlaces, keptName, withKept } from './kept-files.ts';

/** Where staged pages lie, apart by their runs. */
export interface StagingArea {
  /**
   * Streams a page to a file of its own; durable once it resolves. Nothing is left where the page breaks off.
   * Two attempts that stage a page under one name get a file each.
   */
  writePage(
    runId: string,
    name: string,
    page: Pick<Page, 'format' | 'body'>,
    signal: AbortSignal,
  ): Promise<{ path: string; bytes: number }>;
  /** Has pages read: all of them are on this machine until the work is done. */
  withPages<T>(
    pages: readonly StagedPage[],
    work: (pages: PagesHere) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  remove(runId: string): Promise<void>;
  /** Runs that have pages. */
  runs(): Promise<readonly string[]>;
  /** Removes what processes left that died while they wrote. */
  sweep(begunBefore: Date): Promise<void>;
}

/**
 * Pages under paths of this machine, or the first that is gone or has another size than when it was staged.
 */
export type PagesHere =
  | { readonly ok: true; readonly pages: readonly StagedPage[] }
  | { readonly ok: false; readonly damaged: StagedPage };

const extensions: Readonly<Record<StagedFormat['kind'], string>> = {
  csv: 'csv',
  'json-page': 'json',
  delimited: 'csv',
  'json-lines': 'jsonl',
  'json-array': 'json',
  parquet: 'parquet',
};

/** New pages lie in the first of the places; those of before are found in the others. */
export function stagingArea(places: KeptPlaces): StagingArea {
  const [current] = places;
  return {
    async writePage(runId, name, page, signal) {
      const location = `${current.staging}/${runId}/${name}-${randomUUID()}.${extensions[page.format.kind]}`;
      const bytes = await current.io.writeStream(location, page.body, signal);
      return { path: keptName(current, location), bytes };
    },

    withPages(pages, work, signal) {
      return readPages(places, pages, work, signal);
    },

    async remove(runId) {
      for (const { io, staging } of places) await io.removeFolder(`${staging}/${runId}`);
    },

    async runs() {
      const runs = new Set<string>();
      for (const { io, staging } of places) for await (const runId of io.folders(staging)) runs.add(runId);
      return [...runs];
    },

    async sweep(begunBefore) {
      for (const { io, staging } of places) await io.removeUnfinished(staging, begunBefore);
    },
  };
}

async function readPages<T>(
  places: KeptPlaces,
  pages: readonly StagedPage[],
  work: (pages: PagesHere) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let isHere = false;
  const names = pages.map(({ path }) => path);
  try {
    return await withKept(
      places,
      names,
      async (pathOf) => {
        isHere = true;
        return work(await wholePages(pages, pathOf));
      },
      signal,
    );
  } catch (error) {
    const isGone = !isHere && error instanceof FileNotFoundError;
    const damaged = isGone ? pages.find(({ path }) => path === error.location) : undefined;
    if (damaged === undefined) throw error;
    return work({ ok: false, damaged });
  }
}

async function wholePages(
  pages: readonly StagedPage[],
  pathOf: (name: string) => string,
): Promise<PagesHere> {
  const here: StagedPage[] = [];
  for (const page of pages) {
    const path = pathOf(page.path);
    const size = await stat(path).then(
      (file) => file.size,
      () => undefined,
    );
    if (size !== page.bytes) return { ok: false, damaged: page };
    here.push({ ...page, path });
  }
  return { ok: true, pages: here };
}
