import { Problem } from '../../http/problem.ts';

/** One part of an `orderBy`. */
export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
}

/** At least one. */
export type SortKeys = readonly [SortKey, ...SortKey[]];

const NEWEST_FIRST: SortKeys = [{ property: 'created', descending: true }];

/**
 * Reads `orderBy`, such as `asc:created` or `name,desc:updated`; ascending where nothing is said.
 * @throws {Problem} of kind `invalidParameter` for what is none of the `sortable` properties
 */
export function sortKeysOf(orderBy: string | undefined, sortable: readonly string[]): SortKeys {
  if (orderBy === undefined) return NEWEST_FIRST;
  const [first, ...others] = orderBy.split(',').map((text) => sortKeyOf(text, sortable));
  return first === undefined ? NEWEST_FIRST : [first, ...others];
}

function sortKeyOf(text: string, sortable: readonly string[]): SortKey {
  const { direction, property } =
    /^(?:(?<direction>asc|desc):)?(?<property>\w+)$/.exec(text.trim())?.groups ?? {};
  if (property === undefined || !sortable.includes(property)) {
    const names = sortable.join(', ');
    throw new Problem(
      'invalidParameter',
      `The parameter 'orderBy' cannot be followed: '${text}'. Write asc: or desc: and one of ${names}, such as desc:created.`,
      { violations: [{ path: 'orderBy', message: `must be one of ${names}` }] },
    );
  }
  return { property, descending: direction === 'desc' };
}
