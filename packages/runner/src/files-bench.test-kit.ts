import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createSource, type FileInspector, type Source, SourceError } from '@tributary/connectors';
import type { Engine } from '@tributary/engine';
import type { RunRecord } from '@tributary/store';
import { progressOf } from './progress.ts';
import type { RunBench } from './run-bench.test-kit.ts';

const LOCAL_FOLDER = 'bb0237ab-7a46-47ab-b355-a6e979b2216a';

/** A folder of real files beside a {@link RunBench}, read as the product reads them. */
export class FilesBench {
  readonly root: string;
  readonly #bench: RunBench;
  #age = 1_000_000;

  constructor(bench: RunBench) {
    this.#bench = bench;
    this.root = join(realpathSync(bench.folder), `files-${randomUUID()}`);
    mkdirSync(this.root);
  }

  /** Writes a file, newer than all before it. */
  write(path: string, content: string | Uint8Array): void {
    const place = join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
    const time = 1_700_000_000 - --this.#age;
    utimesSync(place, time, time);
  }

  remove(path: string): void {
    rmSync(join(this.root, path));
  }

  source(data: Readonly<Record<string, unknown>>): Source {
    const source = createSource(
      LOCAL_FOLDER,
      'Local Folder',
      { folder: this.root },
      {
        files: {
          roots: [this.root],
          inspector: inspectorOf(this.#bench.services.engine, this.#bench.folder),
        },
        selection: { data, params: { path: '/' } },
      },
    );
    if (source === undefined) throw new Error('there is no source of local folders');
    return source;
  }
}

/** Delimited text of people, all of one name. */
export function csv(...ids: readonly string[]): string {
  return ['Id,Name', ...ids.map((id) => `${id},Doe`), ''].join('\n');
}

/** The items that a run shows as held back. */
export function heldBy(run: RunRecord): string[] {
  return progressOf(run).heldBack?.items.map(({ name }) => name) ?? [];
}

/** The codes of a run’s notices. */
export function codesOf(run: RunRecord): string[] {
  return progressOf(run).notices.map(({ code }) => code);
}

/** A source that lets something happen before a file is read, each time that it is. */
export function beforeReading(source: Source, happens: (path: string, time: number) => void): Source {
  const times = new Map<string, number>();
  return {
    ...source,
    read(partition, sink, signal) {
      const path = String(partition.state.path);
      times.set(path, (times.get(path) ?? 0) + 1);
      happens(path, times.get(path) ?? 0);
      return source.read(partition, sink, signal);
    },
  };
}

function inspectorOf(engine: Pick<Engine, 'inspectFile'>, folder: string): FileInspector {
  return {
    async inspect({ name, format, pieces }, rows, signal) {
      const path = join(folder, randomUUID());
      const file = await open(path, 'w');
      try {
        for await (const { at, bytes } of pieces) await file.write(bytes, 0, bytes.length, at);
        return await engine.inspectFile({ file: { path, format, name }, rows }, signal);
      } catch (error) {
        throw new SourceError('invalid', 'UNREADABLE_FILE', `${name}: ${error}`, { cause: error });
      } finally {
        await file.close();
        await rm(path);
      }
    },
  };
}
