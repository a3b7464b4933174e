import type { DataSetDocument } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { withSystemTags } from './table-name.ts';

const open = { additionalProperties: true };

const Tags = Type.Record(Type.String({ maxLength: 500 }), Type.Array(Type.String({ maxLength: 2_000 })), {
  description:
    'Each with its values. `adobe/pqs/table` is the name by which SQL reaches the dataset; it is unique.',
});

const Marks = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 10 }), { description }));

const FileDescription = Type.Object(
  {
    format: Type.Optional(
      Type.Enum(['', 'csv', 'text', 'parquet', 'json', 'sequencefile', 'avro'], {
        description: 'Of the files that are ingested; the lake itself keeps Parquet.',
      }),
    ),
    containerFormat: Type.Optional(Type.String({ maxLength: 100 })),
    persisted: Type.Optional(Type.Boolean()),
    delimiters: Marks('Characters between fields.'),
    quotes: Marks('Characters around fields.'),
    escapes: Marks('Characters that take the meaning of the next one away.'),
    nullMarkers: Type.Optional(Type.Array(Type.String({ maxLength: 100 }))),
    header: Type.Optional(Type.Boolean()),
    charset: Type.Optional(Type.Enum(['', 'US-ASCII', 'UTF-8', 'ISO-8859-1'])),
  },
  open,
);

const changeable = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  description: Type.Optional(Type.String({ maxLength: 5_000 })),
  tags: Type.Optional(Tags),
  enableErrorDiagnostics: Type.Optional(
    Type.Boolean({ description: 'Whether the rows that fail are kept for people to look at.' }),
  ),
  observableSchema: Type.Optional(
    Type.Object({}, { ...open, description: 'Kept as it is given; else worked out of the data.' }),
  ),
  fileDescription: Type.Optional(FileDescription),
  dataSourceId: Type.Optional(Type.Integer()),
  unifiedTags: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 1_000 })),
  systemLabels: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 1_000 })),
};

/** What may be changed after creation. */
export const DataSetChange = Type.Object(changeable, open);
export type DataSetChange = Static<typeof DataSetChange>;

export const SchemaReference = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 2_000, description: 'The `$id` of a schema.' }),
  contentType: Type.String({
    maxLength: 1_000,
    description: 'Such as `application/vnd.adobe.xed+json; version=1`.',
  }),
});

export const DataSetBody = Type.Object({ ...changeable, schemaRef: SchemaReference }, open);
export type DataSetBody = Static<typeof DataSetBody>;

type Behavior = 'record' | 'time-series' | 'adhoc';

/** Settings by the service that they are meant for, such as `adobe_lakeHouse`. */
type Extensions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A dataset as the Catalog keeps it. */
export interface StoredDataSet extends DataSetDocument {
  readonly name: string;
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly viewId: string;
  readonly classification: { readonly dataBehavior: Behavior; readonly managedBy: 'CUSTOMER' | 'SYSTEM' };
  readonly extensions?: Extensions;
}

/** What a dataset has that its maker says nothing of. */
export const DATA_SET_DEFAULTS = {
  enableErrorDiagnostics: false,
  fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
} as const;

/** The changeable properties among a body's; all others are the Catalog's own. */
export function changeableOf(body: DataSetChange): DataSetChange {
  const entries = Object.entries(body).filter(([name]) => isChangeable(name));
  return Object.fromEntries(entries);
}

/** Whether a property may be changed after creation. */
export function isChangeable(property: string): boolean {
  return Object.hasOwn(changeable, property);
}

/** The dataset with everything changeable as a body says, and as new where it says nothing. */
export function replaced(before: StoredDataSet, body: DataSetChange): StoredDataSet {
  const { name, tags, schemaRef, viewId, classification, extensions } = before;
  return {
    ...DATA_SET_DEFAULTS,
    name,
    ...changeableOf(body),
    tags: withSystemTags(body.tags ?? {}, tags),
    schemaRef,
    viewId,
    classification,
    ...(extensions && { extensions }),
  };
}

/** A stored dataset's document. */
export function storedDataSet(resource: Resource): StoredDataSet {
  // The Catalog alone writes datasets, by createDataSet and changeDataSet.
  return resource.body as unknown as StoredDataSet;
}
