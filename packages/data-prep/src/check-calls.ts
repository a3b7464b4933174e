import type { FunctionEntry } from './functions/entry.ts';
import namesElsewhereByName from './functions/names-elsewhere.json' with { type: 'json' };
import { findFunction, functionNames, functionTable, unavailableFunctions } from './functions/table.ts';
import { didYouMean, type Hint } from './suggest.ts';
import type { ErrorCollector } from './syntax/error.ts';
import { childrenOf, type Expression, type Span } from './syntax/expression.ts';

/** Functions of this language by the names, in small letters, that other languages have for them. */
const namesElsewhere: ReadonlyMap<string, string> = new Map(
  Object.entries(namesElsewhereByName).flatMap(([name, elsewhere]) =>
    elsewhere.split(' ').map((other) => [other, name] as const),
  ),
);

/** Reports every call of a function that isn't there, or that gets too few or too many arguments. */
export function checkCalls(expression: Expression, errors: ErrorCollector): void {
  const remaining: Expression[] = [expression];
  const placedLambdas = new Set<Expression>();
  for (let next = remaining.pop(); next !== undefined; next = remaining.pop()) {
    if (next.kind === 'lambda' && !placedLambdas.has(next)) {
      const message = `A function of an element may stand only as an argument of ${lambdaFunctions().join(' or ')}.`;
      errors.add('syntax', next.span, message);
    }
    for (const lambda of lambdaArguments(next)) placedLambdas.add(lambda);
    if (next.kind === 'call') checkCall(next, next.function, next.arguments.length, 'function', errors);
    if (next.kind === 'method') checkCall(next, next.method, next.arguments.length + 1, 'method', errors);
    remaining.push(...childrenOf(next));
  }
}

/** The arguments of a call that are read as lambdas. */
function lambdaArguments(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'call') return [];
  const parameters = findFunction(expression.function)?.parameters ?? [];
  return expression.arguments.filter((_, index) => parameters[index]?.readAs === 'lambda');
}

function lambdaFunctions(): readonly string[] {
  return functionTable
    .filter(({ parameters }) => parameters.some(({ readAs }) => readAs === 'lambda'))
    .map(({ name }) => `${name}()`);
}

/** Arguments that could not be read are not counted: the error of syntax tells what is missing. */
function checkCall(
  { span: whole, nameSpan: span }: { readonly span: Span; readonly nameSpan: Span },
  name: string,
  count: number,
  form: FunctionEntry['form'],
  errors: ErrorCollector,
): void {
  const entry = findFunction(name);
  const reason = unavailableFunctions.get(name);
  if (reason !== undefined) {
    errors.add('unsupported', span, `${name}() is not available: ${reason}.`);
  } else if (entry === undefined) {
    const { suggestions, sentence } = meantFunction(name, form);
    errors.add('unknown-function', span, `There is no ${form} "${name}".${sentence}`, { suggestions });
  } else if (entry.form !== form) {
    errors.add('unknown-function', span, `"${name}" is a ${entry.form}; write it as ${syntaxOf(entry)}.`);
  } else if (!acceptsCount(entry, count) && !errors.breaksOff({ start: span.end, end: whole.end })) {
    const given = form === 'method' ? count - 1 : count;
    const message = `${name}() takes ${expectedCount(entry)}, not ${given}: ${syntaxOf(entry)}.`;
    errors.add('argument-count', span, message);
  }
}

/** What a function is called here that goes by another name in SQL, Java, JavaScript or Excel; else what is spelt alike. */
function meantFunction(name: string, form: FunctionEntry['form']): Hint {
  const entry = findFunction(namesElsewhere.get(name.toLowerCase()) ?? '');
  if (entry === undefined) return didYouMean(name, functionNames(form));
  return { suggestions: [entry.name], sentence: ` Did you mean ${syntaxOf(entry)}?` };
}

/** Whether a function may be called with so many arguments, the receiver of a method among them. */
export function acceptsCount(entry: FunctionEntry, count: number): boolean {
  const { least, most } = countRange(entry);
  return count >= least && count <= most;
}

function countRange({ parameters }: FunctionEntry): { readonly least: number; readonly most: number } {
  const isRepeated = parameters.some(({ repeated }) => repeated === true);
  const least = parameters.filter(({ optional, repeated }) => optional !== true && repeated !== true).length;
  return { least, most: isRepeated ? Number.POSITIVE_INFINITY : parameters.length };
}

function expectedCount(entry: FunctionEntry): string {
  const receiver = entry.form === 'method' ? 1 : 0;
  const { least, most } = countRange(entry);
  const plural = (count: number) => `${count} argument${count === 1 ? '' : 's'}`;
  if (most === Number.POSITIVE_INFINITY) return `at least ${plural(least - receiver)}`;
  return least === most ? plural(least - receiver) : `${least - receiver} to ${plural(most - receiver)}`;
}

/** How a call is written, for people: `substr(text, start, [length])`, `text.equals(other)`. */
export function syntaxOf({ name, form, parameters }: FunctionEntry): string {
  const written = parameters.map(({ name: parameter, optional, repeated }) => {
    const text = repeated === true ? `${parameter}…` : parameter;
    return optional === true ? `[${text}]` : text;
  });
  if (form === 'function') return `${name}(${written.join(', ')})`;
  const [receiver, ...rest] = written;
  return `${receiver}.${name}(${rest.join(', ')})`;
}
