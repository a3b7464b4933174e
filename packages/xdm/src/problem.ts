/**
 * Codes of the Schema Registry's problem documents (`http://ns.adobe.com/aep/errors/{code}`). The platform publishes
 * the others; `XDM-1000-400` is Tributary's own, for faults in a body that have no published code.
 */
export type ProblemCode =
  | 'XDM-1000-400'
  | 'XDM-1006-400'
  | 'XDM-1007-400'
  | 'XDM-1008-400'
  | 'XDM-1009-400'
  | 'XDM-1021-400'
  | 'XDM-1413-400'
  | 'XDM-1526-400'
  | 'XDM-1527-400'
  | 'XDM-1528-400'
  | 'XDM-3005-400';

const TITLES: Readonly<Record<ProblemCode, string>> = {
  'XDM-1000-400': 'Resource validation error',
  'XDM-1006-400': 'Accept header invalid',
  'XDM-1007-400': 'Accept header invalid',
  'XDM-1008-400': 'Accept header invalid',
  'XDM-1009-400': 'Accept header invalid',
  'XDM-1021-400': 'Namespace validation error',
  'XDM-1413-400': 'Merge Schema Error',
  'XDM-1526-400': 'Union validation error',
  'XDM-1527-400': 'Union validation error',
  'XDM-1528-400': 'Union validation error',
  'XDM-3005-400': 'Import Resource Failed',
};

/** One thing that is wrong with a resource or a request, told so that the caller can mend it. */
export interface RegistryProblem {
  readonly code: ProblemCode;
  readonly title: string;
  /**
   * Where: a JSON pointer into the body (`/allOf/1/$ref`) for faults of the body's shape, the field's path in the
   * resolved schema (`/person/name`) for faults of its fields; empty for the whole.
   */
  readonly path: string;
  readonly message: string;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  /** `problems` is never empty. */
  | { readonly ok: false; readonly problems: readonly RegistryProblem[] };

export function problem(code: ProblemCode, path: string, message: string): RegistryProblem {
  return { code, title: TITLES[code], path, message };
}
