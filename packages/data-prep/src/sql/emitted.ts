import type { EmittedSql } from '../plan.ts';
import { lambda } from './lambda.ts';

/** SQL up to this length is repeated where it is used twice; longer SQL is bound to a name. In characters. */
const MAXIMUM_REPEATED_LENGTH = 60;

/** A new text for each row and each time that it stands in SQL. */
export const RANDOM_UUID = 'CAST(gen_random_uuid() AS VARCHAR)';

/** SQL that can't fail. */
export function total(value: string): EmittedSql {
  return { value, fails: undefined };
}

/** True where any of the predicates is; undefined when there are none. */
export function anyOf(predicates: readonly (string | undefined)[]): string | undefined {
  const present = predicates.filter((predicate) => predicate !== undefined);
  if (present.length === 0) return undefined;
  return present.length === 1 ? present[0] : `(${present.join(' OR ')})`;
}

/** SQL that fails only where one of the parts that it is made of does. */
export function madeOf(parts: readonly EmittedSql[], value: string): EmittedSql {
  return { value, fails: anyOf(parts.map((part) => part.fails)) };
}

/** SQL that is null, and fails, just where its one part does. */
export function madeOfOne(part: EmittedSql, value: string): EmittedSql {
  const made = madeOf([part], value);
  return part.given === undefined ? made : { ...made, given: part.given };
}

/** A truth value that is never NULL, whatever the parts are. */
export function decidedBy(parts: readonly EmittedSql[], value: string): EmittedSql {
  return { ...madeOf(parts, value), isDecided: true };
}

export function valuesOf(parts: readonly EmittedSql[]): readonly string[] {
  return parts.map((part) => part.value);
}

/** A call of a SQL function that can't fail, with the parts as its arguments. */
export function callOf(sqlFunction: string, parts: readonly EmittedSql[]): EmittedSql {
  return madeOf(parts, `${sqlFunction}(${valuesOf(parts).join(', ')})`);
}

/**
 * SQL that is null where a part is null, and fails where it is null though no part is: the shape of every function
 * that reads or computes something that may not work out.
 */
export function mayFail(parts: readonly EmittedSql[], value: string): EmittedSql {
  const given = givenOf(parts);
  if (given !== undefined) return { value, fails: `(${given} AND ${value} IS NULL)`, given };
  const lost = `(${areThere(parts)} AND ${value} IS NULL)`;
  return { value, fails: anyOf([...parts.map((part) => part.fails), lost]) };
}

/** Whether there is something to make a value of, where the value alone tells of all failures of its parts too. */
function givenOf(parts: readonly EmittedSql[]): string | undefined {
  if (parts.every((part) => part.fails === undefined)) return areThere(parts);
  return parts.length === 1 ? parts[0]?.given : undefined;
}

function areThere(parts: readonly EmittedSql[]): string {
  return parts.map((part) => `${part.value} IS NOT NULL`).join(' AND ');
}

/** Alternatives tried in order: `when` must never be NULL where it decides. */
export interface Branch {
  readonly when: string;
  /** The predicate that counts in this case; undefined for one that is never true. */
  readonly outcome: string | undefined;
}

/** A predicate by cases, for failures of a branch that count only when the branch is taken. */
export function firstMatching(
  branches: readonly Branch[],
  otherwise: string | undefined,
): string | undefined {
  if (otherwise === undefined && branches.every((branch) => branch.outcome === undefined)) return undefined;
  if (branches.length === 0) return otherwise;
  const cases = branches.map((branch) => `WHEN ${branch.when} THEN ${branch.outcome ?? 'FALSE'}`);
  return `CASE ${cases.join(' ')} ELSE ${otherwise ?? 'FALSE'} END`;
}

/** The public form: NULL wherever the expression fails, whatever a part made of that failure. */
export function nullWhereFailed(emitted: EmittedSql): EmittedSql {
  const { value, fails, given } = emitted;
  if (fails === undefined || given !== undefined) return emitted;
  return { value: `CASE WHEN ${fails} THEN NULL ELSE ${value} END`, fails };
}

/**
 * Lets SQL use its parts more than once. Text that is repeated at each level of nesting would grow beyond all measure,
 * so long parts are bound to names (by a lambda over a list of one, as DuckDB has no `let`). For the same reason emitters
 * must not put a part into one of DuckDB's macros, such as `nullif`, which repeat it out of sight.
 */
export function bindOnce(parts: readonly string[], body: (...names: readonly string[]) => string): string {
  const isRepeatable = (part: string) => part.length <= MAXIMUM_REPEATED_LENGTH && !isVolatile(part);
  if (parts.every(isRepeatable)) return body(...parts);
  const fields = parts.map((part, index) => `p${index}: ${part}`);
  const bound = lambda((name) => body(...parts.map((_, index) => `${name}.p${index}`)));
  return `list_transform([{${fields.join(', ')}}], ${bound})[1]`;
}

/**
 * Lets SQL stand in `TRY`, which DuckDB refuses around anything that differs from call to call: such parts are bound to
 * names before.
 */
export function inTry(parts: readonly string[], body: (...values: readonly string[]) => string): string {
  const tried = (...values: readonly string[]) => `TRY(${body(...values)})`;
  return parts.some(isVolatile) ? bindOnce(parts, tried) : tried(...parts);
}

function isVolatile(part: string): boolean {
  return part.includes(RANDOM_UUID);
}
