import type { ResourceFilter } from '@tributary/store';
import { Problem } from '../../http/problem.ts';
import { meetsFilters, parsePropertyFilters, propertyTexts } from '../../http/property-filter.ts';
import { type ShownObject, textOf } from './page-query.ts';
import { regularExpression } from './regular-expression.ts';
import { compareVersions, storedVersionFilter } from './semantic-version.ts';
import { literalOf, matchesWildcard } from './wildcard.ts';

/*
 * What a list's filters mean. The store answers what it can tell by itself, and so what an index serves; what is beyond it
 * (lists of values, wildcards, regular expressions, what is not there) is decided on the objects that the store finds.
 */

/** One condition of a list; an object is listed when it meets all of them. */
export interface Condition {
  /** What the store leaves out. May let through more than is meant, never less. */
  readonly stored?: ResourceFilter;
  /** Decides; absent where `stored` alone does. */
  readonly meets?: (shown: ShownObject) => boolean;
}

/**
 * Where the store keeps a shown property; undefined for what is worked out when it is shown.
 * @throws {Problem} of kind `invalidParameter` for what no list is filtered by
 */
export type StoredPath = (path: readonly string[]) => readonly string[] | undefined;

const WILDCARD_PROPERTY = 'name';

/**
 * A filter such as `name=a,b` (any of these) or `name=!a,b` (none of these). The name may hold wildcards.
 */
export function simpleCondition(storedPath: StoredPath, name: string, values: string): Condition {
  const isNegated = values.startsWith('!');
  const wanted = values.replace(/^!/, '').split(',');
  const [only] = wanted.length === 1 ? wanted : [];
  if (only === undefined || isWildcard(name, only)) {
    const literal = isNegated || only === undefined ? undefined : literalOf(only);
    return {
      ...containing(storedPath([name]), literal),
      meets: (shown) => wanted.some((value) => equals(name, textOf(shown[name]), value)) !== isNegated,
    };
  }
  return comparison(storedPath, { path: [name], operator: isNegated ? '!=' : '==', value: only });
}

function isWildcard(name: string, value: string): boolean {
  return name === WILDCARD_PROPERTY && value.includes('*');
}

function equals(name: string, actual: string, wanted: string): boolean {
  return isWildcard(name, wanted) ? matchesWildcard(actual, wanted) : actual === wanted;
}

const NAME_ONLY = /^(!?)([^=!<>~]+)$/;
const TEXT_SEARCH = /^([^=!<>~]+)~(.*)$/s;

/**
 * Conditions of `property=` parameters: `name` (is there), `!name` (is not there), `name~^regular expression`, or a
 * comparison such as `name==Demo` or `version>1.0.3`.
 * @throws {Problem} of kind `invalidParameter`
 */
export function propertyConditions(
  storedPath: StoredPath,
  property: readonly string[] | undefined,
): readonly Condition[] {
  return propertyTexts(property).flatMap((text): Condition[] => {
    const [, not, named] = NAME_ONLY.exec(text) ?? [];
    if (named !== undefined) return [presence(storedPath, named, not === '')];
    const [, searched, pattern] = TEXT_SEARCH.exec(text) ?? [];
    if (searched !== undefined && pattern !== undefined) return [search(storedPath, searched, pattern)];
    return parsePropertyFilters(text).map((filter) => comparison(storedPath, filter));
  });
}

function presence(storedPath: StoredPath, name: string, isThere: boolean): Condition {
  const path = storedPath([name]);
  return {
    ...(isThere && path && { stored: { path, operator: 'exists', value: '' } }),
    meets: (shown) => Object.hasOwn(shown, name) === isThere,
  };
}

/** Expressions that are a text to look for, perhaps at an end: the store can look for it too. */
const ANCHORED_TEXT = /^\^?([\w -]*)\$?$/;

function search(storedPath: StoredPath, name: string, pattern: string): Condition {
  const matches = regularExpression(pattern);
  return {
    ...containing(storedPath([name]), ANCHORED_TEXT.exec(pattern)?.[1]),
    meets: (shown) => matches(textOf(shown[name])),
  };
}

function comparison(storedPath: StoredPath, filter: ResourceFilter): Condition {
  const { path, operator, value } = filter;
  const [name = '', ...below] = path;
  const isEquality = operator === '==' || operator === '!=';
  if (below.length === 0 && name === 'version') {
    const stored = storedVersionFilter(operator, value);
    return { ...(stored && { stored }), meets: (shown) => compareVersions(shown.version, operator, value) };
  }
  if (below.length === 0 && isEquality && isWildcard(name, value)) {
    return { meets: (shown) => matchesWildcard(textOf(shown[name]), value) === (operator === '==') };
  }
  const stored = storedPath(path);
  if (stored === undefined) return { meets: (shown) => meetsFilters(shown, [filter]) };
  return { stored: { path: stored, operator, value } };
}

/**
 * Conditions of a `tags` parameter such as `sampleTag:123456,secondTag:*`. Names and values may hold colons.
 * @throws {Problem} of kind `invalidParameter`
 */
export function tagConditions(storedPath: StoredPath, tags: string | undefined): readonly Condition[] {
  if (tags === undefined) return [];
  const tagPath = (name: readonly string[]) => storedPath(['tags', ...name]) ?? ['tags', ...name];
  return tags.split(',').map((text): Condition => {
    const readings = tagReadings(text.trim());
    const [only] = readings.length === 1 ? readings : [];
    if (only !== undefined && !only.value.includes('*')) {
      return { stored: { path: tagPath([only.name]), operator: '==', value: only.value } };
    }
    const path = tagPath(only === undefined ? [] : [only.name]);
    return {
      stored:
        only === undefined
          ? { path, operator: '~', value: plainText(readings[0]?.name) }
          : { path, operator: 'exists', value: '' },
      meets: (shown) => readings.some((reading) => hasTag(shown, reading)),
    };
  });
}

interface TagReading {
  readonly name: string;
  readonly value: string;
}

/** `a:b:c` may be the value `b:c` of the tag `a`, or `c` of `a:b`. */
function tagReadings(text: string): readonly TagReading[] {
  const colons = Array.from(text.matchAll(/(?<=.):/gs), ({ index }) => index);
  if (colons.length === 0) {
    throw new Problem(
      'invalidParameter',
      `The parameter 'tags' cannot be read: '${text}'. Write name:value, or name:* for any value.`,
      { violations: [{ path: 'tags', message: 'expected name:value' }] },
    );
  }
  return colons.map((colon) => ({ name: text.slice(0, colon), value: text.slice(colon + 1) }));
}

function hasTag({ tags }: ShownObject, { name, value }: TagReading): boolean {
  const values = Object.entries(tags ?? {}).find(([tag]) => tag === name)?.[1];
  return Array.isArray(values) && values.some((tag) => matchesWildcard(String(tag), value));
}

/** A text that reads the same inside of JSON; else the empty one, which every text contains. */
function plainText(text = ''): string {
  return /^[\w /.:-]*$/.test(text) ? text : '';
}

/** Lets the store leave out what does not contain a text (in any case) at a path, or has nothing there. */
function containing(
  path: readonly string[] | undefined,
  text: string | undefined,
): Pick<Condition, 'stored'> {
  return path === undefined || text === undefined ? {} : { stored: { path, operator: '~', value: text } };
}
