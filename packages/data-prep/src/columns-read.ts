import type { PlanExpression } from './plan.ts';

/** Names of the source columns that an expression reads, each once, in the order of reading. */
export function columnsRead(expression: PlanExpression): ReadonlySet<string> {
  return new Set(namesIn(expression));
}

function namesIn(expression: PlanExpression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'column':
      return [expression.name];
    case 'array':
      return expression.items.flatMap(namesIn);
    case 'call':
      return expression.arguments.flatMap(namesIn);
  }
}
