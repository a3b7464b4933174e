import type { EmittedSql, ExpressionType } from '../plan.ts';
import type { Hint } from '../suggest.ts';

export type FunctionCategory =
  | 'String'
  | 'Regular Expressions'
  | 'Hashing'
  | 'URL'
  | 'Date/Time'
  | 'Hierarchies - Objects'
  | 'Hierarchies - Arrays'
  | 'Hierarchies - Maps'
  | 'JSON'
  | 'Analytics'
  | 'Logical'
  | 'Aggregation'
  | 'Type Conversions'
  | 'Special Operations'
  | 'User Agent';

/** How a parameter is called in messages and in the service's function list. */
export type ParameterType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date-time'
  | 'comparable'
  | 'array'
  | 'object'
  | 'map'
  | 'lambda'
  | 'any';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  /** May be left out, with all that follow it. */
  readonly optional?: boolean;
  /** May be given any number of times, also none. Only the last parameters can be repeated, all of them together. */
  readonly repeated?: boolean;
  /**
   * For a parameter that must be a literal text, because SQL is compiled from it: tells what is wrong with a text, or
   * undefined for one that will do.
   */
  readonly checkLiteral?: (text: string) => string | undefined;
  /** Whether `checkLiteral` looks only at an argument that is a literal, and any other will do too. */
  readonly mayVary?: boolean;
  /**
   * How the argument is read where it is no value: a `lambda` over the elements of the first argument; a `path` of the
   * source in quotation marks; the name of an `attribute` of the first argument's elements, with or without quotation
   * marks.
   */
  readonly readAs?: 'lambda' | 'path' | 'attribute';
}

/** An argument whose value is SQL already, converted to the type that the signature asks for. */
export interface EmittedArgument extends EmittedSql {
  readonly type: ExpressionType;
  /** The value of an argument that is a literal; undefined for all others. */
  readonly literal: LiteralValue;
  /** For an argument that is a lambda: SQL of its body for an element. Its own `value` is no SQL then. */
  readonly body?: (element: string) => EmittedSql;
}

/** What a call knows beside its arguments. */
export interface CallContext {
  /** The type of the call's value. */
  readonly type: ExpressionType;
  /** SQL of the run's own time, a TIMESTAMPTZ. */
  readonly now: string;
}

/** What the arguments are converted to, and what comes out. */
export interface Signature {
  readonly arguments: readonly ExpressionType[];
  readonly returns: ExpressionType;
}

/** Why arguments don't fit; `argument` points at one of them, counted from 0. */
export interface Mismatch {
  readonly argument: number | undefined;
  /** A clause without a full stop. */
  readonly message: string;
  readonly hint?: Hint;
}

/** What a literal argument says; undefined for an argument that is none. */
export type LiteralValue = string | number | boolean | null | undefined;

/** Decides the signature of one call from the types of its arguments, and from those that are literals. */
export type SignatureRule = (
  types: readonly ExpressionType[],
  literals: readonly LiteralValue[],
) => Signature | Mismatch;

/** `value` may be anything where `fails` is true; the public form makes it NULL. */
export type Emitter = (args: readonly EmittedArgument[], call: CallContext) => EmittedSql;

/** One function of the language: everything that validation, documentation and emission need to know of it. */
export interface FunctionEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly category: FunctionCategory;
  /** A `method` is written after its first argument: `text.equals(other)`. */
  readonly form: 'function' | 'method';
  readonly parameters: readonly Parameter[];
  readonly signature: SignatureRule;
  /** How the service's function list names the result's type. */
  readonly returnType: ParameterType;
  readonly description: string;
  /** What becomes of null arguments. */
  readonly nulls: string;
  readonly example: { readonly expression: string; readonly result: string };
  readonly emit: Emitter;
}

export function isMismatch(outcome: Signature | Mismatch): outcome is Mismatch {
  return 'message' in outcome;
}
