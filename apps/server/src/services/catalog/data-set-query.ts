import type { ResourceFilter } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { type Condition, propertyConditions, simpleCondition, tagConditions } from './list-conditions.ts';
import { pageParameters } from './page-query.ts';
import { Numbers, Property, TagsFilter, Values } from './query-parameters.ts';
import { dataSets } from './shown-data-set.ts';

const Milliseconds = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Epoch milliseconds, exclusive.' }),
);

const valueFilters = {
  name: Values('name'),
  description: Values('description'),
  version: Values('version'),
  state: Values('state'),
  namespace: Values('namespace'),
  viewId: Values('viewId'),
  created: Numbers('created'),
  updated: Numbers('updated'),
  createdClient: Values('createdClient'),
  createdUser: Values('createdUser'),
  updatedUser: Values('updatedUser'),
  enableErrorDiagnostics: Values('enableErrorDiagnostics'),
};

const ranges = {
  createdAfter: { property: 'created', operator: '>' },
  createdBefore: { property: 'created', operator: '<' },
  updatedAfter: { property: 'updated', operator: '>' },
  updatedBefore: { property: 'updated', operator: '<' },
} as const;

export const DataSetQuery = Type.Object({
  ...pageParameters,
  ...valueFilters,
  createdAfter: Milliseconds,
  createdBefore: Milliseconds,
  updatedAfter: Milliseconds,
  updatedBefore: Milliseconds,
  schemaRef: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'The `$id` of the schema that the datasets have.' }),
  ),
  tags: TagsFilter,
  property: Property,
});

/** What a list of datasets is narrowed by. @throws {Problem} of kind `invalidParameter` */
export function dataSetConditions(query: Static<typeof DataSetQuery>): readonly Condition[] {
  const byValue = Object.keys(valueFilters).flatMap((name): Condition[] => {
    // Every filter of the table is a parameter of the query.
    const values = query[name as keyof typeof valueFilters];
    return values === undefined ? [] : [simpleCondition(dataSets.storedPath, name, values)];
  });
  const byRange = Object.entries(ranges).flatMap(([parameter, { property, operator }]): Condition[] => {
    const value = query[parameter as keyof typeof ranges];
    return value === undefined ? [] : [{ stored: stored([property], operator, String(value)) }];
  });
  const bySchema: readonly Condition[] =
    query.schemaRef === undefined ? [] : [{ stored: stored(['schemaRef', 'id'], '==', query.schemaRef) }];
  return [
    ...byValue,
    ...byRange,
    ...bySchema,
    ...tagConditions(dataSets.storedPath, query.tags),
    ...propertyConditions(dataSets.storedPath, query.property),
  ];
}

function stored(
  path: readonly string[],
  operator: ResourceFilter['operator'],
  value: string,
): ResourceFilter {
  return { path: dataSets.storedPath(path) ?? path, operator, value };
}
