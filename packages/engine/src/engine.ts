import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { DescribedColumn, DescribeFileRequest } from './describe-file-job.ts';
import { EngineError } from './engine-error.ts';
import type { ExpiredRowsRequest, ExpiredRowsResult } from './expired-rows-job.ts';
import type { InspectedFile, InspectFileRequest } from './inspect-file-job.ts';
import { type LiveFile, pathsOf } from './live-files.ts';
import type { MergeRowsRequest, MergeRowsResult } from './merge-rows-job.ts';
import type { PositionDeletesRequest, PositionDeletesResult } from './position-deletes-job.ts';
import type { PreviewedRow, PreviewRequest } from './preview-job.ts';
import type { RewriteRowsRequest, RewriteRowsResult } from './rewrite-rows-job.ts';
import { removeAbandonedSpill } from './spill-folders.ts';
import type { TransformRequest, TransformResult } from './transform.ts';
import type { UnreadableFile, UnreadableFilesRequest } from './unreadable-files-job.ts';
import { WorkerProcess } from './worker-process.ts';

export interface EngineOptions {
  /** Buffers of one transform; its process grows to about a third more. */
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Folder for spilled data, absolute; exists. */
  readonly tempDirectory: string;
  /** Where all files and folders of jobs must lie, absolute. Undefined: a request may name any. */
  readonly allowedDirectories?: readonly string[];
}

export interface Engine {
  /**
   * Writes the rows of the staged files as Parquet, and what is wrong with those that can't land as JSON
   * lines. One transform runs at a time; more wait. Rejects with an {@link EngineError}, or with the signal's
   * reason.
   */
  transform(request: TransformRequest, signal?: AbortSignal): Promise<TransformResult>;
  /**
   * Writes which rows of a table go because of the keys that a transform has brought. Waits for transforms as
   * they for each other. Rejects with an {@link EngineError}, or with the signal's reason.
   */
  positionDeletes(request: PositionDeletesRequest, signal?: AbortSignal): Promise<PositionDeletesResult>;
  /**
   * Writes rows of a table anew with fresh values in some of their fields. Waits for transforms as they for
   * each other. Rejects with an {@link EngineError}, or with the signal's reason.
   */
  mergeRows(request: MergeRowsRequest, signal?: AbortSignal): Promise<MergeRowsResult>;
  /**
   * Writes the live rows of data files into others, at low priority and beside transforms, which do not wait
   * for it. Rejects with an {@link EngineError}, or with the signal's reason.
   */
  rewriteRows(request: RewriteRowsRequest, signal?: AbortSignal): Promise<RewriteRowsResult>;
  /**
   * Writes which rows of data files have had their time, at low priority and beside transforms, as {@link
   * rewriteRows}. Rejects with an {@link EngineError}, or with the signal's reason.
   */
  expiredRows(request: ExpiredRowsRequest, signal?: AbortSignal): Promise<ExpiredRowsResult>;
  /**
   * What a transform would make of these rows, each with its data and errors, in order. Does not wait for
   * transforms.
   */
  preview(request: PreviewRequest, signal?: AbortSignal): Promise<readonly PreviewedRow[]>;
  /**
   * The first live rows of data files as nested JSON without nulls; dates in ISO 8601. Does not wait for
   * transforms.
   */
  readRows(
    files: readonly LiveFile[],
    options: { readonly limit: number },
    signal?: AbortSignal,
  ): Promise<readonly unknown[]>;
  /**
   * The columns of a sample of rows, with their types and figures. Does not wait for transforms. Rejects with
   * an {@link EngineError} `unreadable` for a file that is not of its format.
   */
  describeFile(request: DescribeFileRequest, signal?: AbortSignal): Promise<readonly DescribedColumn[]>;
  /**
   * The columns of a file as a run would read them, and its first rows. Does not wait for transforms. Rejects
   * with an {@link EngineError} `unreadable` for a file that is not of its format.
   */
  inspectFile(request: InspectFileRequest, signal?: AbortSignal): Promise<InspectedFile>;
  /**
   * Which of the staged files keep a transform of them from ending, by reading each to its end. Waits for
   * transforms as they for each other. Rejects with an {@link EngineError} `crashed` where one of them ends
   * the process.
   */
  unreadableFiles(request: UnreadableFilesRequest, signal?: AbortSignal): Promise<readonly UnreadableFile[]>;
  /** Ends the engine's processes; jobs under way reject with `closed`. */
  close(): Promise<void>;
}

/** More rows than a person looks at; a preview's rows travel through messages. */
export const MAX_PREVIEW_ROWS = 5_000;

/** Previews and samples are small; they get their own process, so that they never wait for a transform. */
const SAMPLE_MEMORY_MB = 256;

/**
 * Rewriting is nobody's hurry: it takes half of what a transform may, and yields to whoever wants to compute.
 */
const REWRITE_SHARE = 0.5;

/** Opens an engine. Its processes are started as they are needed. */
export function openEngine({
  memoryLimitMb,
  threads,
  tempDirectory,
  allowedDirectories,
}: EngineOptions): Engine {
  // Not waited for: jobs use other folders. What can't be removed now may be removed another time.
  const swept = removeAbandonedSpill(tempDirectory).catch(() => undefined);
  const transforms = new WorkerProcess({ memoryLimitMb, threads, tempDirectory });
  const samples = new WorkerProcess({ memoryLimitMb: SAMPLE_MEMORY_MB, threads: 1, tempDirectory });
  const rewrites = new WorkerProcess({
    memoryLimitMb: Math.ceil(memoryLimitMb * REWRITE_SHARE),
    threads: 1,
    tempDirectory,
    isLowPriority: true,
  });
  return {
    async transform(request, signal) {
      const { staged, landed, keyed, dataDirectory, diagnosticsDirectory } = request;
      const files = [...[...staged, ...landed].map(({ path }) => path), ...pathsOf(keyed?.table ?? [])];
      const directories = [dataDirectory, diagnosticsDirectory, ...(keyed ? [keyed.directory] : [])];
      checkPaths([...files, ...directories], allowedDirectories);
      return transforms.run('transform', request, signal);
    },
    async positionDeletes(request, signal) {
      const { table, replacing, keys, directory } = request;
      const files = [...pathsOf(table), ...pathsOf(replacing), ...(keys === undefined ? [] : [keys.path])];
      checkPaths([...files, directory], allowedDirectories);
      return transforms.run('positionDeletes', request, signal);
    },
    async mergeRows(request, signal) {
      const { table, fresh, dataDirectory, directory } = request;
      checkPaths([...pathsOf(table), ...pathsOf(fresh), dataDirectory, directory], allowedDirectories);
      return transforms.run('mergeRows', request, signal);
    },
    async rewriteRows(request, signal) {
      checkPaths([...pathsOf(request.files), request.dataDirectory], allowedDirectories);
      return rewrites.run('rewriteRows', request, signal);
    },
    async expiredRows(request, signal) {
      checkPaths([...pathsOf(request.files), request.directory], allowedDirectories);
      return rewrites.run('expiredRows', request, signal);
    },
    async preview(request, signal) {
      if (request.rows.length > MAX_PREVIEW_ROWS) {
        throw new EngineError('invalid', `A preview takes at most ${MAX_PREVIEW_ROWS} rows.`);
      }
      return samples.run('preview', request, signal);
    },
    async readRows(files, { limit }, signal) {
      checkPaths(pathsOf(files), allowedDirectories);
      if (!Number.isInteger(limit) || limit < 0 || limit > MAX_PREVIEW_ROWS) {
        throw new EngineError('invalid', `The limit must be a whole number up to ${MAX_PREVIEW_ROWS}.`);
      }
      return samples.run('readRows', { files, limit }, signal);
    },
    async describeFile(request, signal) {
      checkPaths([request.path], allowedDirectories);
      return samples.run('describeFile', request, signal);
    },
    async unreadableFiles(request, signal) {
      checkPaths(
        request.files.map(({ path }) => path),
        allowedDirectories,
      );
      return transforms.run('unreadableFiles', request, signal);
    },
    async inspectFile(request, signal) {
      checkPaths([request.file.path], allowedDirectories);
      if (!Number.isInteger(request.rows) || request.rows < 0 || request.rows > MAX_PREVIEW_ROWS) {
        throw new EngineError('invalid', `The rows must be a whole number up to ${MAX_PREVIEW_ROWS}.`);
      }
      return samples.run('inspectFile', request, signal);
    },
    async close() {
      await Promise.all([transforms.close(), samples.close(), rewrites.close(), swept]);
    },
  };
}

function checkPaths(paths: readonly string[], allowed: readonly string[] | undefined): void {
  for (const path of paths) {
    if (!isAbsolute(path)) throw new EngineError('invalid', `The path ${path} is not absolute.`);
    if (allowed !== undefined && !allowed.some((folder) => liesIn(path, folder))) {
      throw new EngineError('invalid', `The path ${path} lies outside the engine's folders.`);
    }
  }
}

function liesIn(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
