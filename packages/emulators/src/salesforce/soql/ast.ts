/** Where in the query text something stands: 0-based offset of its first character. */
export type Offset = number;

export type Literal =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** `2024-03-01` */
  | { readonly kind: 'date'; readonly value: string }
  /** Epoch milliseconds. */
  | { readonly kind: 'datetime'; readonly value: number };

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'comparison';
      readonly field: Name;
      readonly operator: ComparisonOperator;
      readonly literal: Literal;
      readonly literalAt: Offset;
    }
  | {
      readonly kind: 'in';
      readonly field: Name;
      readonly negated: boolean;
      readonly literals: readonly Literal[];
      readonly literalAt: Offset;
    };

export interface Name {
  readonly text: string;
  readonly at: Offset;
}

export type AggregateFunction = 'COUNT' | 'COUNT_DISTINCT' | 'MIN' | 'MAX' | 'SUM' | 'AVG';

export type SelectItem =
  | { readonly kind: 'field'; readonly field: Name }
  | { readonly kind: 'fields'; readonly which: 'ALL' | 'STANDARD' | 'CUSTOM'; readonly at: Offset }
  | {
      readonly kind: 'aggregate';
      readonly call: AggregateFunction;
      readonly field: Name;
      readonly alias: string | undefined;
    };

export interface Ordering {
  readonly field: Name;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

export interface Query {
  /** `count` is the bare `SELECT COUNT()`. */
  readonly select: 'count' | readonly SelectItem[];
  readonly from: Name;
  readonly where: Condition | undefined;
  readonly orderBy: readonly Ordering[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}
