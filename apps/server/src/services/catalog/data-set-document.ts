import type { DataSetDocument } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import { type Static, Type } from 'typebox';

const Tags = Type.Record(Type.String(), Type.Array(Type.String()), {
  description: 'Each with its values. Those that begin with `adobe/` are set by the Catalog.',
});

const changeable = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  description: Type.Optional(Type.String({ maxLength: 5_000 })),
  tags: Type.Optional(Tags),
  enableErrorDiagnostics: Type.Optional(Type.Boolean()),
  observableSchema: Type.Optional(Type.Object({}, { additionalProperties: true })),
  fileDescription: Type.Optional(Type.Object({}, { additionalProperties: true })),
  unifiedTags: Type.Optional(Type.Array(Type.String())),
  systemLabels: Type.Optional(Type.Array(Type.String())),
};

/** What may be changed after creation. */
export const DataSetChange = Type.Object(changeable, { additionalProperties: true });
export type DataSetChange = Static<typeof DataSetChange>;

export const DataSetBody = Type.Object(
  {
    ...changeable,
    schemaRef: Type.Object({
      id: Type.String({ minLength: 1, maxLength: 2_000, description: 'The `$id` of a schema.' }),
      contentType: Type.String({
        maxLength: 1_000,
        description: 'Such as `application/vnd.adobe.xed+json; version=1`.',
      }),
    }),
  },
  { additionalProperties: true },
);
export type DataSetBody = Static<typeof DataSetBody>;

type Behavior = 'record' | 'time-series' | 'adhoc';

/** A dataset as the Catalog keeps it. */
export interface StoredDataSet extends DataSetDocument {
  readonly name: string;
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly viewId: string;
  readonly classification: { readonly dataBehavior: Behavior; readonly managedBy: 'CUSTOMER' };
}

/** The changeable properties among a body's; all others are the Catalog's own. */
export function changeableOf(body: DataSetChange): DataSetChange {
  const entries = Object.entries(body).filter(([name]) => Object.hasOwn(changeable, name));
  return Object.fromEntries(entries);
}

/** Whether a property may be changed after creation. */
export function isChangeable(property: string): boolean {
  return Object.hasOwn(changeable, property);
}

const SYSTEM_TAG_PREFIX = 'adobe/';

/** The tags that a client asks for, with the Catalog's own as they are. */
export function withSystemTags(
  asked: StoredDataSet['tags'],
  current: StoredDataSet['tags'],
): StoredDataSet['tags'] {
  const isSystem = ([name]: readonly [string, unknown]) => name.startsWith(SYSTEM_TAG_PREFIX);
  return Object.fromEntries([
    ...Object.entries(asked).filter((tag) => !isSystem(tag)),
    ...Object.entries(current).filter(isSystem),
  ]);
}

/** A stored dataset's document. */
export function storedDataSet(resource: Resource): StoredDataSet {
  // The Catalog alone writes datasets, by createDataSet and changeDataSet.
  return resource.body as unknown as StoredDataSet;
}
