import type { UnionResource } from '@tributary/xdm';
import { meetsFilters, parsePropertyFilters, propertyTexts } from '../../http/property-filter.ts';
import type { PageQuery } from './resource-page.ts';

const DEFAULT_ORDER = 'title';
const MAX_PAGE_SIZE = 300;

export interface UnionPage {
  readonly unions: readonly UnionResource[];
  readonly orderby: string;
  /** What `start` of the next page must be; null at the end. */
  readonly next: string | null;
}

/** The unions that meet a list's query, in its order. There are as many as classes, so they are paged in memory. */
export function pageOfUnions(
  unions: readonly UnionResource[],
  { property, orderby = DEFAULT_ORDER, start, limit = MAX_PAGE_SIZE }: PageQuery,
): UnionPage {
  const isBackwards = orderby.startsWith('-');
  const name = orderby.replace(/^[-+]/, '').trim();
  const texts = propertyTexts(property);
  const names = texts.filter((text) => !/[=!<>~]/.test(text)).map((text) => text.trim());
  const filters = parsePropertyFilters(texts.filter((text) => /[=!<>~]/.test(text)));
  const keyOf = (union: UnionResource) => `${textOf(union, name)} ${union.$id}`;
  const sorted = unions
    .filter((union) => names.every((field) => Object.hasOwn(union, field)) && meetsFilters(union, filters))
    .map((union) => ({ union, key: keyOf(union) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1) * (isBackwards ? -1 : 1))
    .filter(({ key }) => start === undefined || (isBackwards ? key < start : key > start));
  const page = sorted.slice(0, Math.min(limit, MAX_PAGE_SIZE));
  const last = page.at(-1);
  return {
    unions: page.map(({ union }) => union),
    orderby,
    next: sorted.length > page.length && last ? last.key : null,
  };
}

function textOf(union: UnionResource, name: string): string {
  const value = Object.entries(union).find(([field]) => field === name)?.[1];
  return typeof value === 'string' ? value : '';
}
