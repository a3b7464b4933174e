import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Page, StagedFormat } from '@tributary/connectors';

/** Where staged pages lie, one folder a run. */
export interface StagingFolder {
  /** Streams a page to a file of its own; durable once it resolves. Nothing is left where the page breaks off. */
  writePage(
    runId: string,
    name: string,
    page: Page,
    signal: AbortSignal,
  ): Promise<{ path: string; bytes: number }>;
  /** A folder of the run for files that are not pages (spill, diagnostics), made when it is missing. */
  folder(runId: string, name: string): Promise<string>;
  remove(runId: string): Promise<void>;
  /** Runs that have a folder. */
  runs(): Promise<readonly string[]>;
}

const extensions: Readonly<Record<StagedFormat['kind'], string>> = { csv: 'csv', 'json-page': 'json' };

export function stagingFolder(root: string): StagingFolder {
  return {
    async writePage(runId, name, page, signal) {
      const path = join(root, runId, `${name}.${extensions[page.format.kind]}`);
      await mkdir(dirname(path), { recursive: true });
      const unfinished = `${path}.unfinished`;
      const counter = new ByteCounter();
      await pipeline(page.body, counter, createWriteStream(unfinished), { signal });
      await makeDurable(unfinished);
      await rename(unfinished, path);
      await makeDurable(dirname(path));
      return { path, bytes: counter.bytes };
    },

    async folder(runId, name) {
      const path = join(root, runId, name);
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
