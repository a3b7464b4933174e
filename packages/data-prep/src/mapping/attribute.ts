import { bindExpression } from '../bind.ts';
import type { SourceColumns } from '../bind-scope.ts';
import type { PlanExpression } from '../plan.ts';
import { ErrorCollector, type ExpressionErrorCode } from '../syntax/error.ts';
import type { Expression } from '../syntax/expression.ts';
import { isEach, isIndex, readPath } from './path.ts';

/** What is wrong with the path of an attribute. */
export interface AttributeProblem {
  readonly code: ExpressionErrorCode | 'source-path';
  readonly message: string;
  readonly suggestions?: readonly string[];
}

/**
 * Plans an attribute: a column under its own name, however odd; else the path that its text spells, `[*]` for all elements
 * of an array.
 */
export function planAttribute(
  source: string,
  columns: SourceColumns,
  report: (problem: AttributeProblem) => void,
): PlanExpression | undefined {
  const column = columns === 'unknown' ? undefined : columns.find(({ name }) => name === source);
  if (column !== undefined) return { kind: 'column', type: column.type, name: column.name };
  const reading = readPath(source);
  const [name, ...steps] = reading.ok ? reading.segments : [source];
  if ((columns === 'unknown' && !reading.ok) || name === undefined || isIndex(name)) {
    const problem = reading.ok ? 'it begins with an index' : reading.problem;
    report({
      code: 'source-path',
      message: `The source is no path: ${problem}. For an expression, set "sourceType" to "EXPRESSION".`,
    });
    return undefined;
  }
  const errors = new ErrorCollector(source);
  const span = { start: 0, end: source.length };
  const expression = bindExpression(pathExpression({ kind: 'name', name, span }, steps), columns, errors);
  const [error] = errors.errors;
  if (error === undefined) return expression;
  const kindHint = /^[\w.[\]*]*$/.test(source) ? '' : ' For an expression, set "sourceType" to "EXPRESSION".';
  report({
    code: error.code,
    message: `${error.message}${kindHint}`,
    ...(error.suggestions === undefined ? {} : { suggestions: error.suggestions }),
  });
  return undefined;
}

/** The path as an expression. A name after an array reads that member of each element, so that `[*]` adds nothing to it. */
function pathExpression(object: Expression, [step, ...rest]: readonly string[]): Expression {
  if (step === undefined) return object;
  const { span } = object;
  if (!isIndex(step))
    return pathExpression({ kind: 'member', object, name: step, nameSpan: span, span }, rest);
  if (!isEach(step)) {
    const index: Expression = { kind: 'integer', digits: step.slice(1, -1), span };
    return pathExpression({ kind: 'index', object, index, span }, rest);
  }
  if (!rest.some(isIndex)) return pathExpression(object, rest);
  const parameter = `each ${rest.length}`;
  const body = pathExpression({ kind: 'name', name: parameter, span }, rest);
  const lambda: Expression = { kind: 'lambda', parameter, body, span };
  return { kind: 'call', function: 'transformArray', nameSpan: span, arguments: [object, lambda], span };
}
