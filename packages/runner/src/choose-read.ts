import type { ReadRequest, Source, TableDescription } from '@tributary/connectors';
import type { ScopedStore, Watermark } from '@tributary/store';
import { FlowUnfit } from './failure.ts';
import { requireAlone } from './mirror-conflict.ts';
import type { RunNotice } from './notices.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { progressOf } from './progress.ts';
import { nextWindow, partsOf, type RunWindow } from './read-window.ts';
import type { Attempt } from './services.ts';
import { type KeyedMode, keyColumnsOf, type WriteMode } from './write-mode.ts';

/** How a run's rows are written by their keys; kept with the run's plan. */
export interface KeyedRun {
  readonly mode: KeyedMode;
  readonly keyColumns: readonly string[];
  /** Tells which of two versions of a row is newer; without it the order of the pages does. */
  readonly versionColumn?: string;
  /** The boolean column that is true of rows that are gone. */
  readonly deletionColumn?: string;
  /**
   * Which rows of the table go beside those that are replaced: whose key is told to be gone, or all whose key
   * did not come.
   */
  readonly removes: 'nothing' | 'gone' | 'absent';
  /** Whether all rows were read, so that those which stand in the table as they are can be told. */
  readonly isWhole: boolean;
  /** Present where the source is read by change token. */
  readonly changes?: { readonly since?: string };
}

/** What a run reads of its table. */
export interface ChosenRead {
  /** Fixes how far the flow has read when the run has ended; undefined where no time tells. */
  readonly window: RunWindow | undefined;
  readonly parts: readonly ReadPart[];
  /** Undefined where rows are appended. */
  readonly keyed: KeyedRun | undefined;
  /** Columns that must be read beside those that mappings read. */
  readonly columns: readonly string[];
  readonly notices: readonly RunNotice[];
}

interface ReadPart {
  readonly settled: boolean;
  readonly request: Pick<ReadRequest, 'window' | 'includeDeleted' | 'changes'>;
}

export interface ReadSituation {
  readonly source: Source;
  readonly table: TableDescription;
  /** The window of an earlier plan of the run. */
  readonly fixed: RunWindow | undefined;
  /** The change token that the source has refused as too old. */
  readonly refusedToken: string | undefined;
  /** How far the flow has come. */
  readonly watermark: Watermark | undefined;
}

/**
 * Chooses what a run reads, by what its flow's write mode needs and the source can tell.
 *
 * append and upsert read what has changed by the delta column; without one, the whole table.
 *
 * mirror must know which rows are gone:
 * - by change token, where the source tracks changes. Without a token to begin with, or with one that is too
 * old, it
 *   gives all rows, and those of the table that are not among them go;
 * - with the deletions of the window, where the source keeps them for a while. If the flow's last run was too
 * long ago for
 *   that, or there was none, the whole table is read;
 * - else the whole table is read each time, as it is where the flow names another key than the source's own:
 * what a source
 *   tells of a row that is gone, or whose key has changed, is its own key.
 */
export async function chooseRead(
  attempt: Attempt,
  prepared: PreparedFlow,
  situation: ReadSituation,
): Promise<ChosenRead> {
  const { writeMode } = prepared;
  if (writeMode.kind !== 'mirror') return readChanged(attempt, prepared, situation, writeMode);
  await requireAlone(attempt.store, attempt.run, prepared);
  const { table } = situation;
  const base = { mode: writeMode.kind, keyColumns: keyColumnsOf(writeMode, table) };
  if (!isSameKey(base.keyColumns, table.keyColumns)) {
    const why =
      table.keyColumns.length === 0
        ? 'the source has no key by which it could tell what is gone, so that each run compares all rows'
        : 'the flow tells rows apart by another key than the source, so that each run compares all';
    return { ...readWhole(base, await windowOf(attempt, prepared, situation)), notices: [fullRead(why)] };
  }
  if (table.tracksChanges) return readByToken(situation, base);
  const window = await windowOf(attempt, prepared, situation);
  if (table.deletions !== undefined && window !== undefined)
    return readWithDeletions(attempt, prepared, situation, base, window);
  return {
    ...readWhole(base, window),
    notices: [
      fullRead('the source does not tell which rows are gone, so that each run compares all of them'),
    ],
  };
}

type KeyedBase = Pick<KeyedRun, 'mode' | 'keyColumns'>;

/** What append and upsert read. */
async function readChanged(
  attempt: Attempt,
  prepared: PreparedFlow,
  situation: ReadSituation,
  writeMode: WriteMode,
): Promise<ChosenRead> {
  refuseAfterToken(situation, writeMode);
  const window = await windowOf(attempt, prepared, situation);
  const parts = window === undefined ? WHOLE : partsOf(window).map(inWindow);
  const columns = window === undefined ? [] : [window.column];
  const isAppend = writeMode.kind === 'append';
  const keyColumns = isAppend
    ? await keyOfWholeRead(attempt.store, situation, window)
    : keyColumnsOf(writeMode, situation.table);
  if (keyColumns === undefined) return { window, parts, keyed: undefined, columns, notices: [] };
  const keyed: KeyedRun = {
    mode: 'upsert',
    keyColumns,
    ...(window && { versionColumn: window.column }),
    removes: 'nothing',
    isWhole: window === undefined,
  };
  const notices = isAppend ? [APPENDS_NEXT] : [];
  return { window, parts, keyed, columns: [...columns, ...keyColumns], notices };
}

/**
 * The key of a flow whose last run has read the whole table. Which rows of the end of that read are in the
 * dataset nothing tells but their key: no page of it is kept, and it may have brought some that came after
 * its window's end.
 */
async function keyOfWholeRead(
  store: ScopedStore,
  { watermark }: ReadSituation,
  window: RunWindow | undefined,
): Promise<readonly string[] | undefined> {
  if (watermark?.kind !== 'time' || watermark.deltaColumn !== window?.column) return undefined;
  const last = await store.runs.get(watermark.runId);
  const keyed = last && progressOf(last).keyed;
  return keyed?.isWhole ? keyed.keyColumns : undefined;
}

const APPENDS_NEXT: RunNotice = {
  code: 'APPENDS_NEXT',
  message:
    'The flow has mirrored its source until now, and some of what this run has read may have landed already. It has put rows in ' +
    'the place of those with their key once more; from the next run on they are appended.',
};

function readByToken({ table, refusedToken, watermark }: ReadSituation, base: KeyedBase): ChosenRead {
  const known = watermark?.kind === 'token' ? watermark.changeToken : undefined;
  const since = known === refusedToken ? undefined : known;
  const notices =
    known === undefined || since !== undefined
      ? []
      : [fullRead('the source no longer knows what has changed since the last run')];
  const deletionColumn = table.deletions?.column;
  return {
    window: undefined,
    parts: [{ settled: true, request: { window: undefined, changes: { since } } }],
    keyed: {
      ...base,
      ...(deletionColumn !== undefined && { deletionColumn }),
      removes: since === undefined ? 'absent' : 'gone',
      isWhole: since === undefined,
      changes: since === undefined ? {} : { since },
    },
    columns: [...base.keyColumns, ...(deletionColumn === undefined ? [] : [deletionColumn])],
    notices,
  };
}

const MS_PER_DAY = 24 * 60 * 60 * 1000;

async function readWithDeletions(
  { store }: Attempt,
  prepared: PreparedFlow,
  { table, watermark }: ReadSituation,
  base: KeyedBase,
  window: RunWindow,
): Promise<ChosenRead> {
  const { column: deletionColumn, keptDays } = table.deletions ?? { column: '' };
  const goesOn =
    watermark?.kind === 'time' &&
    watermark.deltaColumn === window.column &&
    (await wasMirror(store, watermark.runId, base));
  if (!goesOn && beginsWithAll(prepared)) return readWhole(base, window);
  const ageDays = window.after && (window.upTo.getTime() - window.after.getTime()) / MS_PER_DAY;
  if (ageDays !== undefined && keptDays !== undefined && ageDays > keptDays - 1) {
    const message = `the last run was ${Math.floor(ageDays)} days ago, and the source tells of deletions for ${keptDays} days`;
    return { ...readWhole(base, window), notices: [fullRead(message)] };
  }
  return {
    window,
    parts: partsOf(window).map((part) => {
      const { settled, request } = inWindow(part);
      return { settled, request: { ...request, includeDeleted: true } };
    }),
    keyed: { ...base, versionColumn: window.column, deletionColumn, removes: 'gone', isWhole: false },
    columns: [window.column, ...base.keyColumns, deletionColumn],
    notices: [],
  };
}

/**
 * A flow that has appended or upserted so far has followed no deletion, and one with another key has left
 * rows out.
 */
async function wasMirror(store: ScopedStore, runId: string, { keyColumns }: KeyedBase): Promise<boolean> {
  const run = await store.runs.get(runId);
  const keyed = run && progressOf(run).keyed;
  return keyed?.mode === 'mirror' && isSameKey(keyed.keyColumns, keyColumns);
}

function isSameKey(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((column) => other.includes(column));
}

/**
 * All rows, none left out because it changed a moment ago: it would be taken for gone. Where there is a
 * window, the next run reads on from where it ends.
 */
function readWhole(base: KeyedBase, window: RunWindow | undefined): ChosenRead {
  return {
    window,
    parts: WHOLE,
    keyed: { ...base, ...(window && { versionColumn: window.column }), removes: 'absent', isWhole: true },
    columns: [...base.keyColumns, ...(window === undefined ? [] : [window.column])],
    notices: [],
  };
}

const WHOLE: readonly ReadPart[] = [{ settled: true, request: { window: undefined } }];

function inWindow({ settled, range }: ReturnType<typeof partsOf>[number]): ReadPart {
  return { settled, request: { window: range } };
}

async function windowOf(
  { services, signal }: Attempt,
  prepared: PreparedFlow,
  { source, table, fixed, watermark }: ReadSituation,
): Promise<RunWindow | undefined> {
  if (table.isItemwise) return undefined;
  if (fixed !== undefined) return fixed;
  const column = prepared.deltaColumn ?? table.deltaColumns[0];
  if (column === undefined) return undefined;
  return nextWindow({
    column,
    watermark: watermark?.kind === 'time' ? watermark : undefined,
    // A token tells no time to go on from: all that came after it is among all rows.
    backfill: beginsWithAll(prepared) || watermark?.kind === 'token',
    sourceClock: await source.clock(signal),
    settleSeconds: services.settleSeconds,
  });
}

/** Whether a first run takes what was there before it. */
function beginsWithAll({ flow }: PreparedFlow): boolean {
  return flow.scheduleParams?.backfill ?? true;
}

/** A change token tells no time to go on from: all rows would land once more. */
function refuseAfterToken({ watermark }: ReadSituation, mode: WriteMode): void {
  if (mode.kind !== 'append' || watermark?.kind !== 'token') return;
  const message =
    'the flow has followed its source by change token, as the mode mirror does: in the mode append all rows would land ' +
    'once more. Set the mode to upsert or mirror, or create another flow with a dataset of its own.';
  throw new FlowUnfit([{ path: '/transformations', message }]);
}

function fullRead(why: string): RunNotice {
  return { code: 'FULL_READ', message: `The whole table was read: ${why}.` };
}
