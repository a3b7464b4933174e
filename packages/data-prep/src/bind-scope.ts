import type { SourceColumn } from '@tributary/xdm';
import type { ExpressionType, PlanExpression } from './plan.ts';
import type { ErrorCollector } from './syntax/error.ts';
import type { Expression } from './syntax/expression.ts';

/** The columns that names stand for; `unknown` while no source is chosen, when any name will do. */
export type SourceColumns = readonly SourceColumn[] | 'unknown';

/** Texts that stand in for placeholders of mapping templates, `${NAME}` within a text, by name. */
export type Placeholders = Readonly<Record<string, string>>;

/** What the parts of an expression are bound in. */
export interface Scope {
  /** Undefined while no source is chosen. */
  readonly columns: ReadonlyMap<string, SourceColumn> | undefined;
  /** Types of the parameters of the lambdas around, which hide columns of their names. */
  readonly parameters: ReadonlyMap<string, ExpressionType>;
  readonly placeholders: Placeholders;
  readonly errors: ErrorCollector;
  /** Binds a part. */
  readonly bind: (expression: Expression, scope: Scope) => PlanExpression;
}

/** Stands for a value of which nothing is known. */
export function unknownColumn(name: string): PlanExpression {
  return { kind: 'column', type: 'unknown', name };
}
