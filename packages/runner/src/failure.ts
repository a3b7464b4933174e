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

/** Fewer or more rows are staged than the source announced: what was staged cannot be trusted. */
export class RowsMissing extends Error {
  constructor(announced: number, staged: number) {
    super(`the source announced ${announced} rows, ${staged} arrived; everything is fetched again`);
    this.name = 'RowsMissing';
  }
}

/** What a failed attempt means for its run. */
export type Verdict =
  /** Try again after a pause, from where it stands. */
  | 'retry'
  /** Try again, and fetch everything anew. */
  | 'restart'
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
      case 'busy':
        return { verdict: 'retry', code: COPY_FAILED, message };
      case 'expired':
        return { verdict: 'restart', code: COPY_FAILED, message };
      case 'refused':
      case 'invalid':
        return { verdict: 'fail', code: COPY_FAILED, message };
    }
  }
  if (error instanceof RowsMissing) return { verdict: 'restart', code: COPY_FAILED, message: error.message };
  if (error instanceof FlowUnfit) return { verdict: 'fail', code: MAPPING_FAILED, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError)
    return { verdict: engineVerdicts[error.kind], code: MAPPING_FAILED, message };
  return { verdict: 'retry', code: COPY_FAILED, message };
}

/** Failed attempts of one run before it is given up. Attempts that a restart of the server cut short don't count. */
export const MAX_FAILURES = 5;

/** The pause after a run's nth failure, in milliseconds: 1 s, 2 s, 4 s, … at most a minute. */
export function backOff(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** (failures - 1));
}
