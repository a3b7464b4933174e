/** What is wrong with a request, independent of how the service that got it words its answer. */
export type ProblemKind =
  | 'malformedJson'
  | 'invalidBody'
  | 'invalidParameter'
  | 'missingHeader'
  | 'invalidHeader'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'notAcceptable'
  | 'conflict'
  | 'preconditionFailed'
  | 'payloadTooLarge'
  | 'unsupportedMediaType'
  | 'sourceRefused'
  | 'unavailable'
  | 'internal';

const statusOf: Readonly<Record<ProblemKind, number>> = {
  malformedJson: 400,
  invalidBody: 400,
  invalidParameter: 400,
  missingHeader: 400,
  invalidHeader: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  notAcceptable: 406,
  conflict: 409,
  preconditionFailed: 412,
  payloadTooLarge: 413,
  unsupportedMediaType: 415,
  sourceRefused: 400,
  unavailable: 503,
  internal: 500,
};

/** One thing wrong with one place. */
export interface Violation {
  /** JSON pointer into the body, or the name of a header or parameter. */
  readonly path: string;
  /** What is wrong there and what would be right; never a secret. */
  readonly message: string;
  /** The service's own code for it, where one is known. */
  readonly code?: string;
}

/**
 * A request that cannot be served. Thrown by handlers; the service that owns the route renders it in its documented
 * body (see `Service.problems`).
 */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;
  readonly violations: readonly Violation[];
  /** The service's own error code, where the kind alone does not decide it (such as `XDM-1413-400`). */
  readonly code: string | undefined;

  constructor(
    kind: ProblemKind,
    detail: string,
    options: { violations?: readonly Violation[]; code?: string; status?: number; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.status = options.status ?? statusOf[kind];
    this.violations = options.violations ?? [];
    this.code = options.code;
  }
}

/** What is wrong with one field of a body, said in half a sentence. */
export function invalidBody(path: string, message: string): Problem {
  return new Problem('invalidBody', `${path} ${message}.`, { violations: [{ path, message }] });
}
