import type { RunProgress } from './progress.ts';

/** What people should know of a run without its being an error. */
export interface RunNotice {
  readonly code: NoticeCode;
  readonly message: string;
}

export type NoticeCode =
  /** A partition was read in another way than usual. */
  | 'READ_FALL_BACK'
  /** Something of the table that the source cannot give. */
  | 'TABLE_LIMITED'
  /** Files that were there before the flow were not read. */
  | 'ITEMS_PASSED_OVER'
  /** Files that cannot be read were not landed. */
  | 'ITEMS_HELD_BACK'
  /** Files that were there when the run was planned are not any more. */
  | 'ITEMS_GONE'
  /** The run has read the window that it was asked for. */
  | 'WINDOW_REQUESTED'
  /** The whole table was read in place of what has changed. */
  | 'FULL_READ'
  /** Rows have taken the place of others once more, before they are appended. */
  | 'APPENDS_NEXT'
  /** The table's columns are others than at the flow's last run. */
  | 'SCHEMA_DRIFT'
  /** They are others, and the flow's runs fail until somebody accepts that. */
  | 'SCHEMA_DRIFT_REFUSED'
  /** New columns have got fields and mappings. */
  | 'COLUMNS_ADDED'
  /** New columns were to get fields and mappings, and have got none. */
  | 'COLUMNS_NOT_ADDED'
  /** The source's own count of rows was not compared with what arrived. */
  | 'ROWS_NOT_COMPARED'
  /** Rows that may be gone at the source were left in the table. */
  | 'DELETIONS_NOT_FOLLOWED'
  /** The run waits, or has waited, until the source may be asked again. */
  | 'WAITING_FOR_SOURCE';

/** A run of thousands of partitions may have as many notices; nobody reads more than these. */
const MAX_NOTICES = 50;

/** What happened once: it holds for the run however often it is planned. */
const outlivePlans: ReadonlySet<NoticeCode> = new Set([
  'COLUMNS_ADDED',
  'COLUMNS_NOT_ADDED',
  'WAITING_FOR_SOURCE',
]);

/** Puts what a plan has to tell in the place of what an earlier plan of the run told. */
export function withPlanNotices(progress: RunProgress, notices: readonly RunNotice[]): RunProgress {
  const kept = progress.notices.filter(({ code }) => outlivePlans.has(code));
  return withNotices({ ...progress, notices: kept }, notices);
}

/** Adds notices; what was told already is told once. */
export function withNotices(progress: RunProgress, notices: readonly RunNotice[]): RunProgress {
  const all = [...progress.notices, ...notices];
  const distinct = new Map(all.map((notice) => [`${notice.code} ${notice.message}`, notice]));
  return { ...progress, notices: [...distinct.values()].slice(0, MAX_NOTICES) };
}

/** Puts one notice in the place of all others of its code. */
export function withLatestNotice(progress: RunProgress, notice: RunNotice): RunProgress {
  const others = progress.notices.filter(({ code }) => code !== notice.code);
  return withNotices({ ...progress, notices: others }, [notice]);
}
