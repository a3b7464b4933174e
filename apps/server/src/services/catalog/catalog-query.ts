import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters, propertyTexts } from '../../http/property-filter.ts';
import { matchesWildcard } from './wildcard.ts';

/** A Catalog object as it is shown: its properties under its id. */
export type ShownObject = Readonly<Record<string, unknown>>;

export const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** Parameters that every list takes. */
export const pageParameters = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      description: `At most ${MAX_LIMIT}; ${DEFAULT_LIMIT} where absent.`,
    }),
  ),
  start: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Objects to leave out first.' }),
  ),
  orderBy: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Such as `name,desc:created`. The newest come first where absent.',
    }),
  ),
  properties: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'The properties to answer, comma-separated.' }),
  ),
};

const SIMPLE_FILTERS = [
  'name',
  'description',
  'version',
  'created',
  'updated',
  'createdClient',
  'createdUser',
  'updatedUser',
  'enableErrorDiagnostics',
] as const;

const simpleFilter = (name: string) =>
  Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: `Values of ${name}, comma-separated; \`!\` in front turns them round.`,
    }),
  );

export const ListQuery = Type.Object({
  ...pageParameters,
  name: simpleFilter('name'),
  description: simpleFilter('description'),
  version: simpleFilter('version'),
  created: simpleFilter('created'),
  updated: simpleFilter('updated'),
  createdClient: simpleFilter('createdClient'),
  createdUser: simpleFilter('createdUser'),
  updatedUser: simpleFilter('updatedUser'),
  enableErrorDiagnostics: simpleFilter('enableErrorDiagnostics'),
  tags: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: 'Such as `sampleTag:123456,secondTag:*`; all must be there.',
    }),
  ),
  property: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_000 }), {
      description:
        'Conditions such as `name==Demo`, `name~^De`, `name` (is there) or `!name`. `~` looks for text, which `^` and `$` tie to the ends.',
    }),
  ),
});

export type ListQuery = Static<typeof ListQuery>;

/** Whether an object meets every filter of a list's query. */
export function filterOf(query: ListQuery): (shown: ShownObject) => boolean {
  const simple = SIMPLE_FILTERS.flatMap((name) => {
    const values = query[name];
    return values === undefined ? [] : [simpleCondition(name, values)];
  });
  const conditions = [...simple, ...propertyConditions(query.property), ...tagConditions(query.tags)];
  return (shown) => conditions.every((condition) => condition(shown));
}

type Condition = (shown: ShownObject) => boolean;

function simpleCondition(name: string, values: string): Condition {
  const isNegated = values.startsWith('!');
  const wanted = values.replace(/^!/, '').split(',');
  return (shown) => {
    const value = textOf(shown[name]);
    const isAny = wanted.some((text) => (name === 'name' ? matchesWildcard(value, text) : value === text));
    return isAny !== isNegated;
  };
}

const NAME_ONLY = /^(!?)([^=!<>~]+)$/;
const TEXT_SEARCH = /^([^=!<>~]+)~(.*)$/s;

function propertyConditions(property: readonly string[] | undefined): readonly Condition[] {
  return propertyTexts(property).map((text): Condition => {
    const [, not, name] = NAME_ONLY.exec(text) ?? [];
    if (name !== undefined) return (shown) => Object.hasOwn(shown, name) === (not === '');
    const [, searched, pattern] = TEXT_SEARCH.exec(text) ?? [];
    if (searched !== undefined && pattern !== undefined) {
      return (shown) => matchesAnchored(textOf(shown[searched]), pattern);
    }
    const filters = parsePropertyFilters(text);
    return (shown) => meetsFilters(shown, filters);
  });
}

/** Regular expressions of strangers can run for hours; of theirs only the anchors are understood. */
function matchesAnchored(text: string, pattern: string): boolean {
  const atStart = pattern.startsWith('^');
  const atEnd = pattern.endsWith('$');
  const wanted = pattern.slice(atStart ? 1 : 0, atEnd ? -1 : undefined);
  if (atStart && atEnd) return text === wanted;
  if (atStart) return text.startsWith(wanted);
  return atEnd ? text.endsWith(wanted) : text.includes(wanted);
}

function tagConditions(tags: string | undefined): readonly Condition[] {
  if (tags === undefined) return [];
  return tags.split(',').map((text): Condition => {
    const colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new Problem(
        'invalidParameter',
        `The parameter 'tags' cannot be read: '${text}'. Write name:value.`,
        {
          violations: [{ path: 'tags', message: 'expected name:value' }],
        },
      );
    }
    const [name, pattern] = [text.slice(0, colon), text.slice(colon + 1)];
    return (shown) => tagValues(shown, name).some((value) => matchesWildcard(value, pattern));
  });
}

function tagValues({ tags }: ShownObject, name: string): readonly string[] {
  const values = Object.entries(tags ?? {}).find(([tag]) => tag === name)?.[1];
  return Array.isArray(values) ? values.map(String) : [];
}

/** One part of an `orderBy`. */
export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
}

const newestFirst: readonly SortKey[] = [{ property: 'created', descending: true }];

/** Reads `orderBy`, such as `asc:created` or `name,desc:updated`. */
export function sortKeysOf(orderBy: string | undefined): readonly SortKey[] {
  if (orderBy === undefined) return newestFirst;
  return orderBy.split(',').map((text) => {
    const { direction, property } =
      /^(?:(?<direction>asc|desc):)?(?<property>\w+)$/.exec(text.trim())?.groups ?? {};
    if (property === undefined) {
      throw new Problem(
        'invalidParameter',
        `The parameter 'orderBy' cannot be read: '${text}'. Write asc: or desc: and a property, such as desc:created.`,
        { violations: [{ path: 'orderBy', message: 'expected direction and property' }] },
      );
    }
    return { property, descending: direction === 'desc' };
  });
}

const collator = new Intl.Collator('en');

/** Compares two objects by the first of the keys in which they differ, as a sort wants it. */
export function compareBy(keys: readonly SortKey[], a: ShownObject, b: ShownObject): number {
  return keys.reduce((sign, { property, descending }) => {
    return sign || (descending ? -1 : 1) * compareValues(a[property], b[property]);
  }, 0);
}

function compareValues(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(textOf(a), textOf(b));
}

function textOf(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The object with only the properties that `properties` lists. */
export function withProperties(shown: ShownObject, properties: string | undefined): ShownObject {
  if (properties === undefined) return shown;
  const wanted = new Set(properties.split(',').map((name) => name.trim()));
  return Object.fromEntries(Object.entries(shown).filter(([name]) => wanted.has(name)));
}
