import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Page, StagedFormat } from '@tributary/connectors';

/** Where staged pages lie, one folder a run. */
export interface StagingFolder {
  /**
   * Streams a page to a file of its own; durable once it resolves. Nothing is left where the page breaks off. Two
   * attempts that stage a page under one name get a file each.
   */
  writePage(
    runId: string,
    name: string,
    page: Page,
    signal: AbortSignal,
  ): Promise<{ path: string; bytes: number }>;
  /** Makes a new folder for what a run needs besides, and answers its path; it goes with the run's pages. */
  makeFolder(runId: string): Promise<string>;
  remove(runId: string): Promise<void>;
  /** Runs that have a folder. */
  runs(): Promise<readonly string[]>;
}

const extensions: Readonly<Record<StagedFormat['kind'], string>> = {
  csv: 'csv',
  'json-page': 'json',
  delimited: 'csv',
  'json-lines': 'jsonl',
  'json-array': 'json',
  parquet: 'parquet',
};

export function stagingFolder(root: string): StagingFolder {
  return {
    async writePage(runId, name, page, signal) {
      const path = join(root, runId, `${name}-${randomUUID()}.${extensions[page.format.kind]}`);
      await mkdir(dirname(path), { recursive: true });
      const unfinished = `${path}.unfinished`;
      const counter = new ByteCounter();
      try {
        await pipeline(page.body, counter, createWriteStream(unfinished), { signal });
        await makeDurable(unfinished);
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      await makeDurable(dirname(path));
      return { path, bytes: counter.bytes };
    },

    async makeFolder(runId) {
      const path = join(root, runId, `work-${randomUUID()}`);
      await mkdir(path, { recursive: true });
      return path;
    },

    async remove(runId) {
      await rm(join(root, runId), { recursive: true, force: true });
    },

    async runs() {
      await mkdir(root, { recursive: true });
      return readdir(root);
    },
  };
}

class ByteCounter extends Transform {
  bytes = 0;
  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.bytes += chunk.length;
    done(null, chunk);
  }
}

async function makeDurable(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
