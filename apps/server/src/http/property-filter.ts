import type { ResourceFilter } from '@tributary/store';
import { Problem } from './problem.ts';

const pattern = /^(?<path>[^=!<>~]+?)(?<operator>==|!=|<=|>=|<|>|~)(?<value>.*)$/s;
const operators: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '~']);

function isOperator(text: string | undefined): text is Exclude<ResourceFilter['operator'], 'exists'> {
  return text !== undefined && operators.has(text);
}

/**
 * Reads `property=` parameters such as `name=="CRMToAEP"` or `connectionSpec.id==cfc0…`; several narrow each other.
 * A path is dotted; a segment that itself holds dots or colons stays whole between apostrophes. The value may stand
 * in double quotes.
 * @throws {Problem} of kind `invalidParameter`
 */
export function parsePropertyFilters(property: string | readonly string[] | undefined): ResourceFilter[] {
  return propertyTexts(property).map(parseOne);
}

/** The conditions of `property=` parameters. Clients that encode a whole query leave several in one parameter. */
export function propertyTexts(property: string | readonly string[] = []): readonly string[] {
  return [property].flat().flatMap((text) => text.split('&property='));
}

function parseOne(text: string): ResourceFilter {
  const { path, operator, value } = pattern.exec(text)?.groups ?? {};
  if (path === undefined || value === undefined || !isOperator(operator)) {
    throw new Problem(
      'invalidParameter',
      `The parameter 'property' cannot be read: '${text}'. Write path, operator (==, !=, <, <=, >, >=, ~) and value, such as name==demo.`,
      { violations: [{ path: 'property', message: 'expected path, operator and value' }] },
    );
  }
  return { path: splitPath(path.trim()), operator, value: unquoted(value.trim()) };
}

function splitPath(path: string): string[] {
  return [...path.matchAll(/'([^']*)'|([^.']+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? value;
}

/** Whether a plain value (such as a connection spec) meets all filters; the same meaning as in the store. */
export function meetsFilters(value: unknown, filters: readonly ResourceFilter[]): boolean {
  return filters.every((filter) => meets(valueAt(value, filter.path), filter));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, segment) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, segment)
        ? // Only own keys are read, so any object may be looked into as a record.
          (at as Record<string, unknown>)[segment]
        : undefined,
    value,
  );
}

function meets(actual: unknown, { operator, value }: ResourceFilter): boolean {
  const isEqual = Array.isArray(actual)
    ? actual.some((item) => String(item) === value)
    : asText(actual) === value;
  switch (operator) {
    case '==':
      return isEqual;
    case '!=':
      return !isEqual;
    case 'exists':
      return actual !== undefined;
    case '~':
      return asText(actual)?.toLowerCase().includes(value.toLowerCase()) ?? false;
    default:
      return actual !== undefined && compares(Math.sign(order(actual, value)), operator);
  }
}

function asText(actual: unknown): string | undefined {
  return actual === undefined || actual === null || typeof actual === 'object' ? undefined : String(actual);
}

function order(actual: unknown, value: string): number {
  const numbers = [Number(actual), Number(value)] as const;
  return numbers.some(Number.isNaN) ? String(actual).localeCompare(value) : numbers[0] - numbers[1];
}

function compares(sign: number, operator: '<' | '<=' | '>' | '>='): boolean {
  if (sign === 0) return operator === '<=' || operator === '>=';
  return sign < 0 ? operator.startsWith('<') : operator.startsWith('>');
}
