import type { PlanExpression } from './plan.ts';

/** Names of the source columns that an expression reads, each once, in the order of reading. */
export function columnsRead(expression: PlanExpression): ReadonlySet<string> {
  return new Set(namesIn(expression));
}

function namesIn(expression: PlanExpression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
      return [];
    case 'column':
      return [expression.name];
    case 'member':
      return namesIn(expression.object);
    case 'object':
      return expression.fields.flatMap(({ value }) => namesIn(value));
    case 'lambda':
      return namesIn(expression.body);
    case 'array':
      return expression.items.flatMap(namesIn);
    case 'call':
      return expression.arguments.flatMap(namesIn);
  }
}
