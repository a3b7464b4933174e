import { createHash } from 'node:crypto';
import type {
  HeldItem,
  ItemFault,
  LandedItem,
  RunRecord,
  ScopedStore,
  StagedPartition,
} from '@tributary/store';
import type { FlowDocument } from './documents.ts';
import { TooManyHeldBack } from './failure.ts';
import { ITEM_GONE } from './item-fault.ts';
import { type RunNotice, withLatestNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf, type RunError, type RunProgress } from './progress.ts';

/*
 * Items (files) that cannot be read are held back: the run lands the others, names them, and notes them in
 * the transaction that lands those. Later runs do not read them again, but tell of them, until they change,
 * or how they are read does, or somebody asks; and those whose fault may pass without a change, as a missing
 * permission, are tried by each run.
 */

/** Items that a run does not land, of which it shows the first. */
export interface HeldBack {
  readonly count: number;
  readonly items: readonly ShownHeldItem[];
}

/** An item that is held back, as a run tells of it. */
export interface ShownHeldItem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** The run that found it. */
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** A run shows as many of them. */
const MAX_SHOWN = 100;
/** A run's errors and notices name as many. */
const MAX_TOLD = 10;

const DEFAULT_BAD_FILE_LIMIT_PERCENT = 100;

/**
 * Tells how items are read: what could not be read so may be readable when this is another. A flow that bears
 * another share of bad items is to judge them all anew.
 */
export function readingOf(
  { flow, sourceConnection }: Pick<PreparedFlow, 'flow' | 'sourceConnection'>,
  columns: readonly string[],
): string {
  const { data, params } = sourceConnection.document;
  const { badFileLimitPercent } = flow.options ?? {};
  const names = [...columns].sort();
  return createHash('sha256')
    .update(JSON.stringify([data, params, names, badFileLimitPercent]))
    .digest('base64url');
}

/** Whether an item that is held back would come out the same if it were read again. */
export function isStillHeld(held: HeldItem, version: string, reading: string): boolean {
  return !held.isPassing && held.version === version && held.reading === reading;
}

type Staged = Pick<StagedPartition, 'item' | 'heldBack'>;

type BadItem = LandedItem & ItemFault;

/** The items of a run that are there, and could not be read. */
function badItems(partitions: readonly Staged[]): readonly BadItem[] {
  return partitions.flatMap(({ item, heldBack }) =>
    item === undefined || heldBack === undefined || heldBack.code === ITEM_GONE
      ? []
      : [{ ...item, ...heldBack }],
  );
}

/** Whether a run has all that it was to read, so that what did not come is not there. */
export function hasAllItems(run: RunRecord, partitions: readonly Staged[]): boolean {
  const hasAll = partitions.every(({ heldBack }) => heldBack === undefined);
  return hasAll && progressOf(run).heldBefore === undefined;
}

/**
 * @throws {TooManyHeldBack} when so large a share of a run's items is bad that the flow would rather have the
 *   run fail
 */
export function requireFewBad(partitions: readonly Staged[], { options }: FlowDocument): void {
  const bad = badItems(partitions);
  const { badFileLimitPercent = DEFAULT_BAD_FILE_LIMIT_PERCENT } = options ?? {};
  if (bad.length * 100 > badFileLimitPercent * partitions.length)
    throw new TooManyHeldBack(toldOf(bad), bad.length, partitions.length, badFileLimitPercent);
}

/**
 * What bad items make of a run whose rows came out otherwise: where there are no others, nothing has come of
 * it.
 */
export function verdictWith<Verdict extends 'success' | 'partial' | 'failed'>(
  verdict: Verdict,
  partitions: readonly Staged[],
): Verdict | 'partial' | 'failed' {
  if (badItems(partitions).length === 0) return verdict;
  const hasRead = partitions.some(({ heldBack }) => heldBack === undefined);
  if (!hasRead) return 'failed';
  return verdict === 'success' ? 'partial' : verdict;
}

/** A run's progress with the items that it could not read, beside those that earlier ones could not. */
export function withHeldBack(
  progress: RunProgress,
  run: RunRecord,
  partitions: readonly Staged[],
): RunProgress {
  const bad = badItems(partitions);
  const gone = partitions.filter(({ heldBack }) => heldBack?.code === ITEM_GONE).length;
  const { heldBefore, ...kept } = progress;
  if (bad.length === 0 && gone === 0)
    return heldBefore === undefined ? kept : { ...kept, heldBack: heldBefore };
  const at = Date.now();
  const found = bad.map(
    ({ name, code, message }): ShownHeldItem => ({ name, code, message, runId: run.id, since: at }),
  );
  const count = found.length + (heldBefore?.count ?? 0);
  const items = [...found, ...(heldBefore?.items ?? [])].slice(0, MAX_SHOWN);
  const told: RunProgress = {
    ...kept,
    ...(count > 0 && { heldBack: { count, items } }),
    errors: [...kept.errors, ...errorsOf(bad, at, run.attempt)],
  };
  const noticed = count === 0 ? told : withLatestNotice(told, heldNotice(run, count, items));
  return gone === 0 ? noticed : withLatestNotice(noticed, goneNotice(gone));
}

function errorsOf(bad: readonly BadItem[], at: number, attempt: number): readonly RunError[] {
  const errorOf = (message: string): RunError => ({ code: 'CONNECTOR-2001-500', message, at, attempt });
  const named = bad.slice(0, MAX_TOLD).map(({ message }) => errorOf(message));
  const more = bad.length - named.length;
  return more === 0 ? named : [...named, errorOf(`${more} more files could not be read`)];
}

/** Of items that earlier runs have found, and that this one does not read. */
export function heldByEarlierRuns(held: readonly HeldItem[]): HeldBack | undefined {
  if (held.length === 0) return undefined;
  return { count: held.length, items: held.slice(0, MAX_SHOWN).map(shownHeldItem) };
}

function shownHeldItem({ name, code, message, runId, heldAt }: HeldItem): ShownHeldItem {
  return { name, code, message, runId, since: heldAt.getTime() };
}

/** An item that a flow holds back, in the words of the Flow Service. */
export function describeHeldItem(item: HeldItem) {
  return describeShownItem(shownHeldItem(item));
}

/** As {@link describeHeldItem}, of what a run has kept. */
export function describeShownItem({ name, code, message, runId, since }: ShownHeldItem) {
  return { name, code, message, runId, sinceUTC: since };
}

/** Tells of `count` items that a run does not read, by the first of them. */
export function heldNotice(run: RunRecord, count: number, items: readonly ShownHeldItem[]): RunNotice {
  const told = toldOf(items, count);
  const isOne = count === 1;
  const message =
    progressOf(run).refresh === undefined
      ? `${isOne ? 'A file is held back, for it' : `${count} files are held back, for they`} cannot be read: ${told}. ` +
        `${isOne ? 'It is read again when it changes' : 'They are read again when they change'}, ${WHEN_ASKED}`
      : `${isOne ? 'A file' : `${count} files`} cannot be read: ${told}. Rows that have landed of ${isOne ? 'it' : 'them'} are not refreshed.`;
  return { code: 'ITEMS_HELD_BACK', message };
}

const WHEN_ASKED =
  'when the source connection reads files in another way, or when a run is asked for with retryHeldFiles.';

function goneNotice(count: number): RunNotice {
  const message = `${count === 1 ? 'A file was' : `${count} files were`} taken away before they were read.`;
  return { code: 'ITEMS_GONE', message };
}

function toldOf(items: readonly { readonly message: string }[], count = items.length): string {
  const told = items.slice(0, MAX_TOLD).map(({ message }) => message);
  return [...told, ...(count > told.length ? [`${count - told.length} more`] : [])].join('; ');
}

/** Notes the items that a run could not read, in the transaction that ends it. */
export async function holdItems(
  store: ScopedStore,
  run: RunRecord,
  partitions: readonly StagedPartition[],
): Promise<void> {
  const { reading = '' } = progressOf(run);
  const heldAt = new Date();
  const held = badItems(partitions).map((item) => ({ ...item, reading, runId: run.id, heldAt }));
  await store.heldItems.put(run.flowId, held);
}
