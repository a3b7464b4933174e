import type { ResourceFilter } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { type Condition, propertyConditions, simpleCondition, tagConditions } from './list-conditions.ts';
import { pageParameters, type ShownObject } from './page-query.ts';
import { Numbers, Property, TagsFilter, Values } from './query-parameters.ts';
import { batches } from './shown-batch.ts';

const Milliseconds = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Epoch milliseconds, exclusive.' }),
);

/** Filters by the values of a property; the property's own name but for `batch`. */
const VALUE_FILTERS = {
  batch: 'id',
  externalId: 'externalId',
  status: 'status',
  version: 'version',
  createdClient: 'createdClient',
  createdUser: 'createdUser',
  updatedUser: 'updatedUser',
  recordCount: 'recordCount',
  failedRecordCount: 'failedRecordCount',
  size: 'size',
  created: 'created',
  updated: 'updated',
  started: 'started',
  completed: 'completed',
} as const;

const RANGES = {
  createdAfter: { property: 'created', operator: '>' },
  createdBefore: { property: 'created', operator: '<' },
  startAfter: { property: 'started', operator: '>' },
  startBefore: { property: 'started', operator: '<' },
  endAfter: { property: 'completed', operator: '>' },
  endBefore: { property: 'completed', operator: '<' },
} as const;

export const batchFilters = {
  batch: Values('id'),
  externalId: Values('externalId'),
  dataSet: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'Batches of any of these datasets, comma-separated.' }),
  ),
  status: Values('status'),
  version: Values('version'),
  createdClient: Values('createdClient'),
  createdUser: Values('createdUser'),
  updatedUser: Values('updatedUser'),
  recordCount: Numbers('recordCount'),
  failedRecordCount: Numbers('failedRecordCount'),
  size: Numbers('size'),
  created: Numbers('created'),
  updated: Numbers('updated'),
  started: Numbers('started'),
  completed: Numbers('completed'),
  createdAfter: Milliseconds,
  createdBefore: Milliseconds,
  startAfter: Milliseconds,
  startBefore: Milliseconds,
  endAfter: Milliseconds,
  endBefore: Milliseconds,
  tags: TagsFilter,
  property: Property,
};

const BatchFilters = Type.Object(batchFilters);
export const BatchQuery = Type.Object({ ...pageParameters, ...batchFilters });

/** What a list of batches is narrowed by. @throws {Problem} of kind `invalidParameter` */
export function batchConditions(query: Static<typeof BatchFilters>): readonly Condition[] {
  const byValue = Object.entries(VALUE_FILTERS).flatMap(([parameter, property]): Condition[] => {
    // Every filter of the table is a parameter of the query.
    const values = query[parameter as keyof typeof VALUE_FILTERS];
    return values === undefined ? [] : [simpleCondition(batches.storedPath, property, values)];
  });
  const byRange = Object.entries(RANGES).flatMap(([parameter, { property, operator }]): Condition[] => {
    const value = query[parameter as keyof typeof RANGES];
    return value === undefined ? [] : [{ stored: rangeFilter(property, operator, value) }];
  });
  return [
    ...byValue,
    ...byRange,
    ...dataSetConditions(query.dataSet),
    ...tagConditions(batches.storedPath, query.tags),
    ...propertyConditions(batches.storedPath, query.property),
  ];
}

function rangeFilter(property: string, operator: ResourceFilter['operator'], value: number): ResourceFilter {
  return { path: batches.storedPath([property]) ?? [property], operator, value: String(value) };
}

function dataSetConditions(dataSet: string | undefined): readonly Condition[] {
  if (dataSet === undefined) return [];
  const [first = '', ...others] = dataSet.split(',').map((id) => id.trim());
  if (others.length === 0) return [{ stored: relatedTo(first) }];
  const wanted = new Set([first, ...others]);
  return [{ meets: (shown) => relatedIds(shown).some((id) => wanted.has(id)) }];
}

/** A batch may be related to more datasets than the one that it lands in. */
function relatedTo(id: string): ResourceFilter {
  return { path: ['shown', 'relatedObjects', 'id'], operator: '==', value: id };
}

function relatedIds({ relatedObjects }: ShownObject): readonly string[] {
  return Array.isArray(relatedObjects) ? relatedObjects.map(({ id }) => String(id)) : [];
}
