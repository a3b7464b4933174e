import { type RawBuilder, sql } from 'kysely';
import type { ResourceKind } from './resources.ts';

/**
 * A property that an index serves, for filters with `==` and, where it is a single text, for ordering. A filter or
 * order on its path needs nothing special: `list` and `count` write it in the index's own words (`sql`).
 */
export interface IndexedProperty {
  /** Undefined: of all kinds. */
  readonly kinds: readonly ResourceKind[];
  readonly path: readonly string[];
  /**
   * `text`: a single text. `texts`: a list, met by `==` when one element is the value. `members`: a list of objects,
   * met when one has the value under the path's last name.
   */
  readonly holds: 'text' | 'texts' | 'members';
  readonly sql: string;
}

export const registryKinds: readonly ResourceKind[] = ['schema', 'class', 'mixin', 'datatype'];

const indexed: readonly IndexedProperty[] = [
  { kinds: registryKinds, path: ['title'], holds: 'text', sql: 'title' },
  { kinds: registryKinds, path: ['version'], holds: 'text', sql: 'edition' },
  { kinds: ['schema'], path: ['meta:class'], holds: 'text', sql: 'class' },
  { kinds: registryKinds, path: ['meta:extends'], holds: 'texts', sql: 'extended' },
  { kinds: registryKinds, path: ['meta:intendedToExtend'], holds: 'texts', sql: 'intended' },
  { kinds: registryKinds, path: ['meta:immutableTags'], holds: 'texts', sql: 'tags' },
  { kinds: ['descriptor'], path: ['xdm:sourceSchema'], holds: 'text', sql: "body ->> 'xdm:sourceSchema'" },
  { kinds: ['auditEntry'], path: ['resourceId'], holds: 'text', sql: "body ->> 'resourceId'" },
  { kinds: ['dataSet'], path: ['name'], holds: 'text', sql: 'name' },
  { kinds: ['dataSet'], path: ['schemaRef', 'id'], holds: 'text', sql: "body #>> '{schemaRef,id}'" },
  {
    kinds: ['dataSet'],
    path: ['tags', 'adobe/pqs/table'],
    holds: 'texts',
    sql: "(body #> '{tags,adobe/pqs/table}')::jsonb",
  },
  { kinds: ['batch'], path: ['dataSetId'], holds: 'text', sql: "body ->> 'dataSetId'" },
  { kinds: ['batch'], path: ['shown', 'status'], holds: 'text', sql: "body #>> '{shown,status}'" },
  {
    kinds: ['batch'],
    path: ['shown', 'relatedObjects', 'id'],
    holds: 'members',
    sql: "(body #> '{shown,relatedObjects}')::jsonb",
  },
];

export function indexedProperty(kind: ResourceKind, path: readonly string[]): IndexedProperty | undefined {
  return indexed.find(
    (property) =>
      property.kinds.includes(kind) &&
      property.path.length === path.length &&
      property.path.every((name, index) => name === path[index]),
  );
}

/** A text as indexes hold it: absent is empty, and the order is that of code points, the same on every database. */
export function sortableText(text: RawBuilder<string | null>): RawBuilder<string> {
  return sql<string>`(coalesce(${text}, '') collate "C")`;
}
