import { EngineError, type StagedFile, type TransformResult } from '@tributary/engine';
import type { StagedPartition } from '@tributary/store';
import type { SourceColumn } from '@tributary/xdm';
import { shownOf } from './item-fault.ts';
import type { Attempt } from './services.ts';
import { faultOfItem, stagedFiles } from './staged-items.ts';
import type { StagedRead } from './staged-pages.ts';

/** What a transform was made of, and what came of it. */
export interface ReadableRows {
  readonly staged: StagedRead;
  readonly result: TransformResult;
}

/** A transform that may be done again with fewer files. */
export interface RepeatableTransform {
  readonly columns: readonly SourceColumn[];
  transform(staged: StagedRead): Promise<TransformResult>;
  /** Removes what a transform that has failed has written. */
  clear(): Promise<void>;
}

/**
 * Transforms staged pages. Where items among them turn out to be no files of their format, which only reading
 * them tells, they are held back, and the others transformed without them. A file is looked at by itself only
 * when a transform has failed.
 */
export async function transformReadable(
  attempt: Attempt,
  staged: StagedRead,
  repeatable: RepeatableTransform,
): Promise<ReadableRows> {
  try {
    return { staged, result: await repeatable.transform(staged) };
  } catch (error) {
    const bad = await unreadableItems(attempt, staged, repeatable.columns, error);
    if (bad.size === 0) throw faultOfItem(staged.partitions, error);
    await holdBack(attempt, bad);
    await repeatable.clear();
    return transformReadable(attempt, withoutItems(staged, bad), repeatable);
  }
}

/** What is wrong with partitions, by their ids. */
type BadItems = ReadonlyMap<string, string>;

async function unreadableItems(
  attempt: Attempt,
  read: StagedRead,
  columns: readonly SourceColumn[],
  error: unknown,
): Promise<BadItems> {
  const { signal } = attempt;
  const isOfContent = error instanceof EngineError && error.kind !== 'exhausted' && error.kind !== 'closed';
  const items = new Map(read.partitions.map((partition) => [partition.id, partition.item]));
  const pages = read.pages.filter(({ partitionId }) => items.get(partitionId) !== undefined);
  if (!isOfContent || signal.aborted || pages.length === 0) return new Map();
  const files = stagedFiles(pages, read.partitions);
  const messages = await unreadableAmong(attempt, files, columns);
  return new Map(
    pages.flatMap(({ partitionId, path }) => {
      const message = messages.get(path);
      return message === undefined ? [] : [[partitionId, message] as const];
    }),
  );
}

/** A file that ends the engine's process is found by halves: there is nobody left to tell which it was. */
async function unreadableAmong(
  attempt: Attempt,
  files: readonly StagedFile[],
  columns: readonly SourceColumn[],
): Promise<ReadonlyMap<string, string>> {
  const { services, signal } = attempt;
  try {
    const unreadable = await services.engine.unreadableFiles({ files, columns }, signal);
    return new Map(unreadable.map(({ path, message }) => [path, message]));
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== 'crashed') throw error;
    const [file] = files;
    if (files.length === 1 && file !== undefined)
      return new Map([[file.path, `${file.name ?? file.path} cannot be read: ${error.message}`]]);
    const half = Math.ceil(files.length / 2);
    const first = await unreadableAmong(attempt, files.slice(0, half), columns);
    const second = await unreadableAmong(attempt, files.slice(half), columns);
    return new Map([...first, ...second]);
  }
}

async function holdBack({ store, run, claim }: Attempt, bad: BadItems): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.runs.hold(run, claim);
    for (const [partitionId, message] of bad)
      await transaction.staging.holdBack(run.id, partitionId, faultOf(message));
  });
}

function withoutItems({ partitions, pages }: StagedRead, bad: BadItems): StagedRead {
  return {
    partitions: partitions.map((partition): StagedPartition => {
      const message = bad.get(partition.id);
      return message === undefined ? partition : { ...partition, heldBack: faultOf(message) };
    }),
    pages: pages.filter(({ partitionId }) => !bad.has(partitionId)),
  };
}

function faultOf(message: string) {
  return { code: 'UNREADABLE_FILE', message: shownOf(message), isPassing: false };
}
