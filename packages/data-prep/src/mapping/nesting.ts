/** Beyond so many levels a source's values are JSON: the SQL that takes them apart would be as deep. */
export const MOST_NESTED_LEVELS = 20;

/**
 * Within so many lists likewise: with each DuckDB takes twice as long to understand the SQL that reads them.
 */
const MOST_LISTS = 8;

/** What stands around a part of a source value. */
export interface Nesting {
  /** Lists, maps and objects. */
  readonly levels: number;
  /** Lists and maps. */
  readonly lists: number;
}

/** The nesting of a column itself. */
export const NOT_NESTED: Nesting = { levels: 0, lists: 0 };

/** The nesting of what is in a list, map or object; undefined where that one is to be taken for JSON. */
export function nestingWithin(around: Nesting, kind: 'array' | 'map' | 'object'): Nesting | undefined {
  const within = { levels: around.levels + 1, lists: around.lists + (kind === 'object' ? 0 : 1) };
  return within.levels > MOST_NESTED_LEVELS || within.lists > MOST_LISTS ? undefined : within;
}
