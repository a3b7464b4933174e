import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MemorySink, type StagedPage } from '../memory-sink.test-kit.ts';
import type { RetryPolicy } from '../outbound/retry.ts';
import type { Partition, Source } from '../source.ts';
import type { FileInspector, InspectedSample } from './file-inspector.ts';
import { type GivenFileSelection, parseFileSelection } from './file-selection.ts';
import type { FileStore } from './file-store.ts';
import type { FileLimits } from './limits.ts';
import { localFileStore } from './local/local-file-store.ts';
import { createFileSource } from './source.ts';

const AT_ONCE: RetryPolicy = { attempts: 5, baseDelayMs: 0, maxDelayMs: 0, maxRetryAfterMs: 0 };

/** What an inspector was shown: nothing here reads rows. */
export interface ShownSample {
  readonly name: string;
  readonly format: object;
  readonly text: string;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** A folder of this machine with files whose content and age a test decides on. */
export class FileFolder {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-files-')));
  readonly store: FileStore = localFileStore({ folder: this.root, roots: [this.root] });
  readonly shown: ShownSample[] = [];
  /** What the inspector answers for each sample. */
  answer: (sample: ShownSample) => InspectedSample = () => ({ columns: [], rows: [] });

  /** Writes a file; `age` in seconds before a fixed time. */
  write(path: string, content: string | Uint8Array, age = 0): void {
    const place = join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
    const time = 1_700_000_000 - age;
    utimesSync(place, time, time);
  }

  remove(path = ''): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  source(
    selection?: Partial<GivenFileSelection>,
    { limits = {}, store = this.store }: { limits?: Partial<FileLimits>; store?: FileStore } = {},
  ): Source {
    const given = { data: { format: 'delimited' }, params: { path: '/' }, ...selection };
    return createFileSource(store, {
      inspector: this.#inspector,
      selection: selection && parseFileSelection(given),
      limits,
      retry: AT_ONCE,
    });
  }

  /** The pages of each file, by its path. */
  async read(source: Source, only?: readonly Partition[]): Promise<Record<string, readonly StagedPage[]>> {
    const partitions = only ?? (await source.plan({ table: '/', columns: [], window: undefined }));
    const pages: Record<string, readonly StagedPage[]> = {};
    for (const partition of partitions) {
      const sink = new MemorySink();
      await source.read(partition, sink);
      pages[partition.item?.name ?? ''] = sink.pages;
    }
    return pages;
  }

  readonly #inspector: FileInspector = {
    inspect: async ({ name, format, pieces }) => {
      const texts: string[] = [];
      const ranges: [number, number][] = [];
      for await (const { at, bytes } of pieces) {
        texts.push(Buffer.from(bytes).toString('utf8'));
        const last = ranges.at(-1);
        if (last?.[1] === at) last[1] += bytes.length;
        else ranges.push([at, at + bytes.length]);
      }
      const sample = { name, format, text: texts.join(''), ranges };
      this.shown.push(sample);
      return this.answer(sample);
    },
  };
}

/** Texts of the pages of each file. */
export function textsOf(pages: Record<string, readonly StagedPage[]>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(pages).map(([path, own]) => [path, own.map(({ text }) => text)]));
}
