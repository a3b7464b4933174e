import { DEFAULT_RETRY, type RetryPolicy } from '../outbound/retry.ts';
import { requirePreviewLimit } from '../preview-limit.ts';
import type {
  IntendedReading,
  Partition,
  ReadRequest,
  ReadWindow,
  Sink,
  Source,
  TableDescription,
  TableListing,
} from '../source.ts';
import { SourceError } from '../source.ts';
import { shownPath, unreadable } from './file-errors.ts';
import { type FileFormat, formatOf } from './file-format.ts';
import type { FileInspector, InspectedSample } from './file-inspector.ts';
import type { FileSelection } from './file-selection.ts';
import type { FileStore, FolderEntry, StoredFile } from './file-store.ts';
import { asPattern } from './glob.ts';
import { FILE_LIMITS, type FileLimits } from './limits.ts';
import { mergedColumns } from './merged-columns.ts';
import { contentOf, fileOf, partitionOf } from './partition.ts';
import { isLeftOut, normalPath, selectFiles } from './path-selection.ts';
import { readFile } from './read.ts';
import { sampleOf } from './sample.ts';
import { versionOf } from './whole-file.ts';

export interface FileSourceOptions {
  readonly inspector: FileInspector;
  /** Undefined: tables are described as the endings of their paths tell. */
  readonly selection?: FileSelection | undefined;
  readonly limits?: Partial<FileLimits>;
  readonly retry?: RetryPolicy;
}

/** What was found in some of the files. */
interface Inspection {
  readonly samples: readonly InspectedSample[];
  /** Whether there are files that could not be looked into. */
  readonly hasUnseen: boolean;
}

/** The code of the error for a path that no file matches. */
export const NO_FILES = 'NO_FILES';

/**
 * A source over the files of a store. Its tables are paths: a file, the files of a folder, or those that
 * match a pattern.
 */
export function createFileSource(store: FileStore, options: FileSourceOptions): Source {
  const { inspector, retry = DEFAULT_RETRY } = options;
  const limits = { ...FILE_LIMITS, ...options.limits };

  function selectionOf(table: string): FileSelection {
    if (options.selection !== undefined) return options.selection;
    const path = normalPath(table);
    return {
      paths: { path, type: table.endsWith('/') ? 'folder' : undefined, isRecursive: false },
      format: formatOf(path),
    };
  }

  async function filesOf(table: string, signal: AbortSignal | undefined): Promise<readonly StoredFile[]> {
    return selectFiles(store, selectionOf(table).paths, signal);
  }

  /** Each sample in turn, until `isEnough`. */
  async function inspect(
    table: string,
    rows: number,
    isEnough: (samples: readonly InspectedSample[]) => boolean,
    signal: AbortSignal | undefined,
    reading?: IntendedReading,
  ): Promise<Inspection> {
    const { format } = selectionOf(table);
    const there = await filesOf(table, signal);
    if (there.length === 0) throw noFiles(table);
    const files = readAmong(there, reading);
    if (files.length === 0) throw noneRead(table);
    const { sampled, spare } = sampledFiles(files, limits.sampleFiles);
    const inspected: InspectedSample[] = [];
    const faults: SourceError[] = [];
    for (const [index, file] of [...sampled, ...spare].entries()) {
      if (index - faults.length >= sampled.length || isEnough(inspected)) break;
      try {
        const sample = await sampleOf({ store, format, limits, retry }, file, signal);
        if (sample === undefined) continue;
        const seen = await inspector.inspect(sample, rows, signal);
        requireReadColumns(file, format, seen, reading);
        inspected.push(seen);
      } catch (error) {
        if (!isOfOneFile(error)) throw error;
        faults.push(error);
      }
    }
    const [fault] = faults;
    if (inspected.length === 0 && fault !== undefined) throw fault;
    return { samples: inspected, hasUnseen: faults.length > 0 || files.length < there.length };
  }

  return {
    check: (signal?: AbortSignal) => store.check(signal),

    async explore(folder = '', signal?: AbortSignal) {
      const entries: FolderEntry[] = [];
      const path = normalPath(folder);
      for await (const entry of store.browse(path, signal)) {
        if (!isLeftOut(entry.path, path)) entries.push(entry);
        if (entries.length >= limits.folderEntries) break;
      }
      return entries.sort(byKindAndPath).map(listingOf);
    },

    async describe(
      table: string,
      signal?: AbortSignal,
      reading?: IntendedReading,
    ): Promise<TableDescription> {
      const { samples, hasUnseen } = await inspect(table, 0, () => false, signal, reading);
      return {
        table,
        columns: mergedColumns(samples.map(({ columns }) => columns)),
        keyColumns: [],
        deltaColumns: [],
        isItemwise: true,
        ...(hasUnseen && { hasUnseenItems: true }),
        hasInferredTypes: selectionOf(table).format.kind !== 'parquet',
      };
    },

    async preview(table: string, limit: number, signal?: AbortSignal) {
      requirePreviewLimit(limit);
      const rowsOf = (samples: readonly InspectedSample[]) => samples.flatMap(({ rows }) => rows);
      const isEnough = (samples: readonly InspectedSample[]) => rowsOf(samples).length >= limit;
      const { samples } = await inspect(table, limit, isEnough, signal);
      return rowsOf(samples).slice(0, limit);
    },

    async clock(signal?: AbortSignal) {
      const now = await store.clock(signal);
      if (now !== undefined) return now;
      throw new SourceError(
        'invalid',
        'NO_CLOCK',
        'This store of files tells no time, and its files need none',
      );
    },

    async plan({ table, window }: ReadRequest, signal?: AbortSignal) {
      const files = await filesOf(table, signal);
      return files.filter((file) => window === undefined || wasChangedIn(file, window)).map(partitionOf);
    },

    async read(partition: Partition, sink: Sink, signal?: AbortSignal) {
      const { path } = partition.state;
      const { format } = selectionOf(typeof path === 'string' ? path : '');
      await readFile({ store, format, limits, retry }, partition, sink, signal);
    },

    async renew(partition: Partition, signal?: AbortSignal) {
      const file = await store.stat(fileOf(partition).path, signal);
      return file && { ...partition, ...contentOf(file) };
    },

    // How many rows a file has, only reading it tells.
    count: async () => undefined,
  };
}

/** So many files are looked at in place of those that cannot be read. */
const MAX_SPARE_FILES = 20;

/**
 * The oldest and the newest: what all files have had from the beginning, and what has come up since. Where
 * some of them cannot be read, as many of the spare ones show the columns, the newest first.
 */
function sampledFiles(files: readonly StoredFile[], most: number) {
  if (files.length <= most) return { sampled: files, spare: [] };
  const oldest = Math.ceil(most / 2);
  const newest = oldest - most;
  return {
    sampled: [...files.slice(0, oldest), ...files.slice(newest)],
    spare: files.slice(oldest, newest).slice(-MAX_SPARE_FILES).reverse(),
  };
}

/** The files without those that are held back as they are. */
function readAmong(
  files: readonly StoredFile[],
  reading: IntendedReading | undefined,
): readonly StoredFile[] {
  const held = new Map(reading?.heldBack.map(({ name, version }) => [name, version]));
  return held.size === 0 ? files : files.filter((file) => held.get(shownPath(file.path)) !== versionOf(file));
}

/**
 * Whose columns are the file's own, rather than of each record, has one of those that are read, or is a file
 * that is not meant.
 */
function requireReadColumns(
  { path }: StoredFile,
  { kind }: FileFormat,
  { columns }: InspectedSample,
  reading: IntendedReading | undefined,
): void {
  const wanted = new Set(reading?.columns);
  if (kind === 'json' || wanted.size === 0 || columns.some(({ name }) => wanted.has(name))) return;
  throw unreadable(path, `has none of the columns that are read (${[...wanted].join(', ')})`);
}

/** Whether an error may be about the file alone that it came with: others may well be read. */
function isOfOneFile(error: unknown): error is SourceError {
  return error instanceof SourceError && error.kind !== 'busy' && error.kind !== 'limited';
}

function wasChangedIn({ modifiedAt }: StoredFile, { after, upTo }: ReadWindow): boolean {
  return (after === undefined || modifiedAt > after) && modifiedAt <= upTo;
}

function listingOf(entry: FolderEntry): TableListing {
  const isFile = entry.kind === 'file';
  return {
    kind: entry.kind,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    // A file is asked for by a pattern, a folder by its path.
    path: shownPath(isFile ? asPattern(entry.path) : entry.path),
    canPreview: isFile,
    canFetchSchema: isFile,
  };
}

function byKindAndPath(one: FolderEntry, other: FolderEntry): number {
  const byKind = Number(one.kind === 'file') - Number(other.kind === 'file');
  return byKind || (one.path < other.path ? -1 : Number(one.path > other.path));
}

function noneRead(table: string): SourceError {
  return new SourceError('invalid', 'FILES_HELD_BACK', `path: each file that matches ${table} is held back`);
}

function noFiles(table: string): SourceError {
  return new SourceError('invalid', NO_FILES, `path: no file matches ${table}`);
}
