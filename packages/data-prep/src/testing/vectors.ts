import type { SourceColumn, XdmScalarType } from '@tributary/xdm';
import fixture from '../data-prep.vectors.json' with { type: 'json' };
import { parseExpression } from '../parse.ts';
import semantics from '../semantics.vectors.json' with { type: 'json' };
import { childrenOf, type Expression } from '../syntax/expression.ts';
import { planExpression } from '../validate.ts';
import { columnsOf, type Row } from './evaluate.ts';

/** A case: what an expression makes of a row. */
export interface Vector {
  readonly function: string;
  readonly expression: string;
  readonly input: Row;
  readonly expected: unknown;
  readonly note?: string;
  /** What the value is converted to. */
  readonly target?: XdmScalarType;
  /** With `sourceType`: the case is a whole mapping, and `expected` the document that it makes. */
  readonly destination?: string;
  readonly sourceType?: string;
}

/** What the documentation shows, and cases of what follows from it and from the libraries that it leaves details to. */
export const vectors: readonly Vector[] = [...fixture, ...semantics] as readonly Vector[]; // JSON widens the target

/** Cases of one expression; those of whole mappings are `mappingVectors`. */
export const expressionVectors = vectors.filter(({ destination }) => destination === undefined);
export const mappingVectors = vectors.filter(({ destination }) => destination !== undefined);

/** The documentation itself leaves in doubt what comes out. */
export function isDoubtful({ note }: Vector): boolean {
  return note?.startsWith('doubtful') ?? false;
}

/**
 * The columns of a case's row, typed by what they hold; null may stand for anything. A field that the row lacks reads as
 * null: a column of its own is added for it, and where it lies within a column, the structure of that one is not fixed.
 */
export function columnsOfVector({ expression, input }: Vector): readonly SourceColumn[] {
  const parsed = parseExpression(expression);
  const absent = parsed.ok
    ? [...rootsOf(parsed.expression, new Set())].filter((name) => !(name in input))
    : [];
  const row = { ...Object.fromEntries(absent.map((name) => [name, null])), ...input };
  const empty = Object.entries(row).filter(([, value]) => value === null);
  const columns = columnsOf(row, Object.fromEntries(empty.map(([name]) => [name, 'json'])));
  const planned = planExpression(expression, columns);
  const lacksField = !planned.ok && planned.errors.some(({ code }) => code === 'unknown-column');
  return lacksField
    ? columns.map((column) => (typeof column.type === 'object' ? { ...column, type: 'json' } : column))
    : columns;
}

/** The columns of a case's row as they are where nothing is known of its structure. */
export function jsonColumnsOfVector(vector: Vector): readonly SourceColumn[] {
  return columnsOfVector(vector).map(({ name }) => ({ name, type: 'json' }));
}

/** First steps of the paths in an expression, parameters of lambdas left out. */
function rootsOf(expression: Expression, parameters: ReadonlySet<string>): ReadonlySet<string> {
  if (expression.kind === 'name') return new Set(parameters.has(expression.name) ? [] : [expression.name]);
  const inner = expression.kind === 'lambda' ? new Set([...parameters, expression.parameter]) : parameters;
  return new Set(childrenOf(expression).flatMap((child) => [...rootsOf(child, inner)]));
}

/**
 * Values as they are compared: dates as instants, keys in no order and those of null left out, the keys that `get_keys`
 * gives in no order either.
 */
export function comparable(value: unknown, { function: name }: Vector): unknown {
  const plain = withoutNulls(value);
  return name === 'get_keys' && Array.isArray(plain) ? plain.toSorted() : plain;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== null);
    return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)]));
  }
  const isDateTime =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value);
  return isDateTime ? new Date(value).toISOString() : value;
}
