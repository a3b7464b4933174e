import { type Partition, type Source, SourceError } from '@tributary/connectors';
import type { ItemFault, StagedPartition } from '@tributary/store';
import { MAX_FAILURES } from './failure.ts';
import { progressOf } from './progress.ts';
import type { Attempt } from './services.ts';

/*
 * What becomes of a run when one of its items (a file) cannot be read. What is wrong with the item alone is
 * the item's: it is held back, or read anew, and the run goes on with the others. What may be wrong with the
 * source is the run's, as anywhere else.
 */

/** What becomes of an item that could not be read. */
export type ItemRemedy =
  /** The error is not the item's. */
  | { readonly kind: 'none' }
  /** The item is another one by now. */
  | { readonly kind: 'again'; readonly partition: Partition }
  | { readonly kind: 'hold back'; readonly fault: ItemFault };

/** The code of an item that was planned and then taken away: there is nothing left to be read. */
export const ITEM_GONE = 'FILE_GONE';

/** An item that has changed so often while one run read it is left until it is at rest. */
const MAX_REREADS = 3;

/** What is to be done about an error in reading an item that has been read anew `rereads` times already. */
export async function remedyFor(
  { run, signal }: Attempt,
  source: Source,
  partition: StagedPartition,
  error: unknown,
  rereads: number,
): Promise<ItemRemedy> {
  const isOfItem = partition.item !== undefined && error instanceof SourceError && !signal.aborted;
  if (!isOfItem) return NONE;
  switch (error.kind) {
    case 'invalid':
      return held(error, false);
    case 'expired':
      return renewed(source, partition, error, rereads, signal);
    case 'refused':
      return (await answers(source, signal)) ? held(error, true) : NONE;
    case 'busy':
      return isLastAttempt(run) && (await answers(source, signal)) ? held(error, true) : NONE;
    case 'limited':
      return NONE;
  }
}

const NONE: ItemRemedy = { kind: 'none' };

function held({ code, message }: SourceError, isPassing: boolean): ItemRemedy {
  return { kind: 'hold back', fault: { code, message: shownOf(message), isPassing } };
}

async function renewed(
  source: Source,
  { id, announcedRows, state, item }: StagedPartition,
  error: SourceError,
  rereads: number,
  signal: AbortSignal,
): Promise<ItemRemedy> {
  if (source.renew === undefined) return NONE;
  const partition = await source.renew({ id, announcedRows, state }, signal);
  if (partition === undefined) {
    const message = `${item?.name}: was taken away before it was read`;
    return { kind: 'hold back', fault: { code: ITEM_GONE, message, isPassing: true } };
  }
  return rereads < MAX_REREADS ? { kind: 'again', partition } : held(error, true);
}

const MAX_MESSAGE_CHARACTERS = 1_000;

/**
 * What is told of an item may quote it: no document keeps a NUL or half a character, and nobody reads all of
 * what a file that is no text takes for its columns.
 */
export function shownOf(message: string): string {
  const most = message.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed().replaceAll('\0', '\uFFFD');
  return message.length > MAX_MESSAGE_CHARACTERS ? `${most}…` : most;
}

/** Whether it is not the source that is out of reach or refuses everything. */
async function answers(source: Source, signal: AbortSignal): Promise<boolean> {
  return source.check(signal).then(
    () => true,
    () => false,
  );
}

/** The run is given up where it fails once more. */
function isLastAttempt(run: Attempt['run']): boolean {
  return progressOf(run).errors.length + 1 >= MAX_FAILURES;
}
