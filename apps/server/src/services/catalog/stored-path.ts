import { Problem } from '../../http/problem.ts';
import type { StoredPath } from './list-conditions.ts';

/** Where the store keeps what the Catalog shows of every object under another name. */
const ENVELOPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['created', 'createdAt'],
  ['updated', 'updatedAt'],
  ['createdUser', 'createdBy'],
  ['updatedUser', 'updatedBy'],
  ['createdClient', 'createdClient'],
]);

/** Properties by which every list can be ordered. */
export const SORTABLE_ENVELOPE = [
  'id',
  'created',
  'updated',
  'createdUser',
  'updatedUser',
  'createdClient',
] as const;

export interface PropertyPlaces {
  /** Under what a document keeps the properties that it is shown with. */
  readonly below: readonly string[];
  /** Worked out of what lists have at hand. */
  readonly computed: readonly string[];
  /** Worked out of more than that: to be looked at, not to be searched by. */
  readonly notFiltered: readonly string[];
}

/** Tells where the store keeps the shown properties of a type of objects. */
export function storedPathFor({ below, computed, notFiltered }: PropertyPlaces): StoredPath {
  return (path) => {
    const [name = '', ...rest] = path;
    if (notFiltered.includes(name)) {
      throw new Problem(
        'invalidParameter',
        `Lists cannot be filtered by ${name}. Filter by another property.`,
        {
          violations: [{ path: 'property', message: `${name} is not a property to filter by` }],
        },
      );
    }
    if (name === 'version' || computed.includes(name)) return undefined;
    const envelope = rest.length === 0 ? ENVELOPE_NAMES.get(name) : undefined;
    return envelope === undefined ? [...below, ...path] : [envelope];
  };
}
