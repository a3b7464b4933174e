import { type Static, type TSchema, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters } from '../../http/property-filter.ts';

const DEFAULT_LIMIT = 20;

export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'How many at most.' }),
  ),
  start: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'How many to leave out first.' })),
  orderBy: Type.Optional(Type.String({ description: 'A property; with `-` before it, the greatest first.' })),
  orderby: Type.Optional(Type.String({ description: 'The same as `orderBy`.' })),
  property: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), {
      description: 'Such as `status==DRAFT,PUBLISHED` or `createdDate>=2026-05-11T18:29:59.999Z`.',
    }),
  ),
};
const PageQuery = Type.Object(pageQuery);

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({
    totalElements: Type.Integer(),
    currentPage: Type.Integer(),
    totalPages: Type.Integer(),
    hasPreviousPage: Type.Boolean(),
    hasNextPage: Type.Boolean(),
    data: Type.Array(item),
  });

/** The page of `items` that a query asks for. @throws {Problem} of kind `invalidParameter` */
export function pageOfRecords<T extends object>(items: readonly T[], query: Static<typeof PageQuery>) {
  const { limit = DEFAULT_LIMIT, start = 0, property } = query;
  const matching = items.filter(filterOf(property)).toSorted(orderOf(query.orderBy ?? query.orderby));
  return {
    totalElements: matching.length,
    currentPage: Math.floor(start / limit),
    totalPages: Math.ceil(matching.length / limit),
    hasPreviousPage: start > 0,
    hasNextPage: start + limit < matching.length,
    data: matching.slice(start, start + limit),
  };
}

/** A value may list alternatives; dates are kept as milliseconds and asked for as text. */
function filterOf(property: readonly string[] | undefined): (item: object) => boolean {
  const conditions = parsePropertyFilters(property).map((filter) => {
    const values = filter.operator === '==' ? filter.value.split(',') : [filter.value];
    return values.map((value) => ({ ...filter, value: withoutDate(value) }));
  });
  return (item) => conditions.every((any) => any.some((filter) => meetsFilters(item, [filter])));
}

function withoutDate(value: string): string {
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? String(Date.parse(value)) : value;
}

function orderOf(orderBy: string | undefined): (left: object, right: object) => number {
  if (orderBy === undefined || orderBy === '') return () => 0;
  const [, sign = '', name = ''] = /^([+-]?)(.*)$/s.exec(orderBy) ?? [];
  if (!/^[A-Za-z]+$/.test(name)) {
    const message = 'must be one property, such as -createdDate';
    throw new Problem('invalidParameter', `The parameter orderBy ${message}.`, {
      violations: [{ path: 'orderBy', message }],
    });
  }
  const direction = sign === '-' ? -1 : 1;
  return (left, right) => direction * compare(Reflect.get(left, name), Reflect.get(right, name));
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [String(left), String(right)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
