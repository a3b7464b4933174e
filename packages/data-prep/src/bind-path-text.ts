import { type Scope, unknownColumn } from './bind-scope.ts';
import type { PlanExpression } from './plan.ts';
import { ErrorCollector } from './syntax/error.ts';
import type { Expression } from './syntax/expression.ts';
import { parseSyntax } from './syntax/parser.ts';

/**
 * Binds an argument that is a path of the source in quotation marks, such as `"evars.evar.field1"`. What the path asks for
 * may be absent, and is null then.
 */
export function bindPathText(name: string, argument: Expression, scope: Scope): PlanExpression {
  if (argument.kind !== 'string') {
    const message = `The path of ${name}() must be a text in quotation marks, such as "address.city".`;
    scope.errors.add('argument-type', argument.span, message);
    return unknownColumn(name);
  }
  const problems = new ErrorCollector(argument.value);
  const path = parseSyntax(argument.value, problems);
  if (problems.errors.length > 0 || !isPath(path)) {
    const message = `The text "${argument.value}" is no path; write it like "address.city" or "emails[0].address".`;
    scope.errors.add('argument-value', argument.span, message);
    return unknownColumn(name);
  }
  const bound = scope.bind(path, { ...scope, errors: problems, parameters: new Map() });
  return problems.errors.length > 0 ? { kind: 'literal', type: 'null', value: null } : bound;
}

function isPath(expression: Expression): boolean {
  if (expression.kind === 'name') return true;
  if (expression.kind === 'member') return isPath(expression.object);
  return expression.kind === 'index' && expression.index.kind === 'integer' && isPath(expression.object);
}
