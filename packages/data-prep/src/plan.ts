import type { ColumnType, SourceType, XdmNode, XdmScalarType } from '@tributary/xdm';

/**
 * The type of an expression's value. `json` is a value whose structure shows only in each row; `null` the type of what is
 * always null; `unknown` that of a column whose source is not known yet, which fits everywhere. A plan with `unknown` in
 * it has been checked but can't be emitted.
 */
export type ExpressionType =
  | ColumnType
  | 'json'
  | 'null'
  | 'unknown'
  | { readonly kind: 'array'; readonly items: ExpressionType }
  | { readonly kind: 'object'; readonly fields: readonly ObjectField[] }
  | { readonly kind: 'map'; readonly values: ExpressionType };

/** A member of an object whose structure is known. */
export interface ObjectField {
  readonly name: string;
  readonly type: ExpressionType;
}

/** A typed expression: names are looked up, calls are bound to an entry of the function table. Plain data. */
export type PlanExpression =
  | {
      readonly kind: 'literal';
      readonly type: ExpressionType;
      /** Numbers beyond a double's 53 bits are kept as their digits. */
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: 'column'; readonly type: SourceType | 'unknown'; readonly name: string }
  | { readonly kind: 'array'; readonly type: ExpressionType; readonly items: readonly PlanExpression[] }
  /**
   * A field of an object, the value of a map's key, or a member of JSON, null where it is absent; of an array, an array of
   * that member of each element.
   */
  | {
      readonly kind: 'member';
      readonly type: ExpressionType;
      readonly object: PlanExpression;
      readonly name: string;
    }
  /** An object literal: at least one field, and no two whose names differ only in case. */
  | {
      readonly kind: 'object';
      readonly type: ExpressionType;
      readonly fields: readonly { readonly name: string; readonly value: PlanExpression }[];
    }
  /** A function of one element, which stands only as an argument of a call; `type` is that of its body. */
  | {
      readonly kind: 'lambda';
      readonly type: ExpressionType;
      readonly parameter: string;
      readonly body: PlanExpression;
    }
  /** The element that the innermost lambda with a parameter of this name is called with. */
  | { readonly kind: 'parameter'; readonly type: ExpressionType; readonly name: string }
  /**
   * `function` is the canonical name of an entry of the function table, the symbol of an operator, or `(convert)`, which
   * takes its one argument to the call's own type.
   */
  | {
      readonly kind: 'call';
      readonly type: ExpressionType;
      readonly function: string;
      readonly arguments: readonly PlanExpression[];
    };

/** One target path and how its value comes about. */
export interface PlannedTarget {
  /** Destination path in registry names, one segment a level: `[0]` and `[*]` for elements, keys for a map's values. */
  readonly path: readonly string[];
  /** What the expression fills: the node at the path, in as many lists as the target iterates over. */
  readonly target: XdmNode;
  /**
   * How many `[*]` of the path the expression iterates over: all of them, or none (or left out) for one value that every
   * element gets.
   */
  readonly iterates?: number;
  readonly expression: PlanExpression;
  /** The mapping's `source` text, for messages. */
  readonly source: string;
}

/**
 * What validation, preview and runs share: the mappings of a mapping set, typed against the source's columns and
 * the target schema, target path by target path.
 */
export interface MappingPlan {
  readonly targets: readonly PlannedTarget[];
  /** Names of the source columns that any target reads, each once. */
  readonly sourceColumns: readonly string[];
}

/** The zone of a date, as `sql/zones.ts` writes zones: one for all rows, or of each row its own. */
export type DateZone =
  | { readonly kind: 'fixed'; readonly zone: string }
  /** `date` is the value with its zone: SQL of a STRUCT of `instant` and `zone`, NULL where the value is. */
  | { readonly kind: 'own'; readonly date: string };

/** SQL for one expression in DuckDB's dialect. */
export interface EmittedSql {
  /** Evaluates to the value, or to NULL where it fails; never raises. */
  readonly value: string;
  /** True (never NULL) for a row on which the expression fails; undefined where it cannot fail. */
  readonly fails: string | undefined;
  /**
   * Set where NULL tells of a failure: true (never NULL) for a row that has something to make the value of. `fails` is then
   * that this is true and `value` NULL, so that who has the value need not make it again to know.
   */
  readonly given?: string;
  /** Set for a truth value that is never NULL, such as that of a comparison. */
  readonly isDecided?: true;
  /**
   * For a date-time: the zone that it was read in or brought to, by whose clock it is written and taken apart. Left out for
   * UTC. The value itself is an instant; only functions of dates look at its zone.
   */
  readonly zone?: DateZone;
}

/** Re-exported so that emitters need only this module. */
export type TargetType = XdmScalarType;
