import { SourceError } from '@tributary/connectors';
import { EngineError, type EngineErrorKind } from '@tributary/engine';
import type { FlowViolation } from './prepare-flow.ts';

/** The flow's own definition does not allow it to run; only its user can mend that. */
export class FlowUnfit extends Error {
  readonly violations: readonly FlowViolation[];

  constructor(violations: readonly FlowViolation[]) {
    super(violations.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.name = 'FlowUnfit';
    this.violations = violations;
  }
}

/** Fewer or more rows are staged than the source announced, or fewer than it counts: what was staged cannot be trusted. */
export class RowsMissing extends Error {
  constructor(expected: number, staged: number, told: 'announced' | 'counts' = 'announced') {
    super(`the source ${told} ${expected} rows, ${staged} arrived; everything is fetched again`);
    this.name = 'RowsMissing';
  }
}

/** A staged file is gone or has changed. */
export class StagedPageDamaged extends Error {
  constructor(path: string) {
    super(`the staged file ${path} is gone or has changed; everything is fetched again`);
    this.name = 'StagedPageDamaged';
  }
}

/** What tells the rows that have landed from those that have not is gone: to go on would lose rows or land them twice. */
export class LandedPageDamaged extends Error {
  constructor(path: string, settledUpTo: Date) {
    super(
      `${path}, which the flow's last run staged, is gone or has changed: it tells which rows of after ` +
        `${settledUpTo.toISOString()} have landed. Put it back, or delete the flow and create it anew.`,
    );
    this.name = 'LandedPageDamaged';
  }
}

/** Rows that change now bear stamps up to which everything is taken to have landed: no run would ever read them. */
export class SourceClockBehind extends Error {
  constructor(sourceClock: Date, settledUpTo: Date) {
    super(
      `the source's clock says ${sourceClock.toISOString()}, but rows up to ${settledUpTo.toISOString()} have landed: ` +
        'what changes at the source before that time would be missed. Set its clock right; if rows have changed ' +
        'meanwhile, delete the flow and create it anew.',
    );
    this.name = 'SourceClockBehind';
  }
}

/** The mappings were changed while the run was under way, and read columns that it has not fetched. */
export class ColumnsMissing extends Error {
  constructor(reasons: readonly string[]) {
    super(`the mappings have changed since the run was planned (${reasons.join('; ')}); it is planned again`);
    this.name = 'ColumnsMissing';
  }
}

/** Another run has changed the table while this one compared rows with it: which of them stand there must be told anew. */
export class TableChanged extends Error {
  constructor() {
    super(
      'another run has changed the table that this run’s rows were compared with; they are compared again',
    );
    this.name = 'TableChanged';
  }
}

/** Of a run's files a larger share cannot be read than the flow goes on without. */
export class TooManyHeldBack extends Error {
  constructor(told: string, bad: number, files: number, limitPercent: number) {
    super(
      `${bad} of ${files} files cannot be read, and no more than ${limitPercent} % may be held back ` +
        `(options.badFileLimitPercent); nothing has landed: ${told}`,
    );
    this.name = 'TooManyHeldBack';
  }
}

/** So many rows are missing at the source that it may be what it shows that has changed, not what it has. */
export class TooManyRemoved extends Error {
  constructor(removedRows: number, rows: number, limitPercent: number) {
    super(
      `${removedRows} of the dataset’s ${rows} rows are not at the source any more, and no more than ${limitPercent} % may go at ` +
        'once; nothing has been changed. If they are gone indeed, set options.removalLimitPercent of the flow to 100 and ' +
        'run it again; if not, look into what the source shows to this connection’s user.',
    );
    this.name = 'TooManyRemoved';
  }
}

/** Workers have taken the run up again and again, and none has come to an end or to an error: it may be what ends them. */
export class TakesWorkersDown extends Error {
  constructor(attempts: number) {
    super(
      `${attempts} workers have taken this run up, and none has ended it; it is given up. Run the flow again.`,
    );
    this.name = 'TakesWorkersDown';
  }
}

/** The source's allowance was used up for so long that waiting on would hide it. */
export class SourceStaysClosed extends Error {
  constructor(reason: string, since: Date) {
    super(
      `${reason}. The run has waited since ${since.toISOString()} and no row has come; it is given up. Let the connection ` +
        'use a larger share of the allowance, or have others use less of it, and run the flow again.',
    );
    this.name = 'SourceStaysClosed';
  }
}

/** The source knows a partition's handle, or a change token, no more. */
export function isExpired(error: unknown): boolean {
  return error instanceof SourceError && error.kind === 'expired';
}

/** What a failed attempt means for its run. */
export type Verdict =
  /** Try again after a pause, from where it stands. */
  | 'retry'
  /** Try again, and fetch everything anew. */
  | 'restart'
  /** The source may not be asked for a while: go on later from where it stands; nothing has failed. */
  | 'wait'
  /** No attempt can succeed until somebody changes something. */
  | 'fail';

export interface Failure {
  readonly verdict: Verdict;
  /** A flow run error code (`SERVICE-number-status`). */
  readonly code: string;
  readonly message: string;
}

const COPY_FAILED = 'CONNECTOR-2001-500';
const MAPPING_FAILED = 'MAPPER-3700-400';

/** What the engine could not do, and whether doing it again may help. */
const engineVerdicts: Readonly<Record<EngineErrorKind, Verdict>> = {
  invalid: 'fail',
  unreadable: 'restart',
  exhausted: 'retry',
  crashed: 'retry',
  closed: 'retry',
  failed: 'retry',
};

/** What an error thrown by a step of a run means. */
export function judge(error: unknown): Failure {
  if (error instanceof SourceError) {
    const message = `The source answered ${error.code}: ${error.message}`;
    switch (error.kind) {
      case 'limited':
        return { verdict: 'wait', code: COPY_FAILED, message };
      case 'busy':
        return { verdict: 'retry', code: COPY_FAILED, message };
      case 'expired':
        return { verdict: 'restart', code: COPY_FAILED, message };
      case 'refused':
      case 'invalid':
        return { verdict: 'fail', code: COPY_FAILED, message };
    }
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RowsMissing || error instanceof StagedPageDamaged)
    return { verdict: 'restart', code: COPY_FAILED, message };
  if (
    error instanceof LandedPageDamaged ||
    error instanceof TooManyRemoved ||
    error instanceof TooManyHeldBack ||
    error instanceof TakesWorkersDown ||
    error instanceof SourceStaysClosed
  )
    return { verdict: 'fail', code: COPY_FAILED, message };
  if (error instanceof ColumnsMissing) return { verdict: 'restart', code: MAPPING_FAILED, message };
  if (error instanceof FlowUnfit) return { verdict: 'fail', code: MAPPING_FAILED, message };
  if (error instanceof EngineError)
    return { verdict: engineVerdicts[error.kind], code: MAPPING_FAILED, message };
  return { verdict: 'retry', code: COPY_FAILED, message };
}

/** Failed attempts of one run before it is given up. Attempts that a restart of the server cut short don't count. */
export const MAX_FAILURES = 5;

/** Attempts of one run, cut short ones among them, before it is taken for what cuts them short. */
export const MAX_ATTEMPTS = 50;

/** The pause after a run's nth failure, in milliseconds: 1 s, 2 s, 4 s, … at most a minute. */
export function backOff(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** (failures - 1));
}
