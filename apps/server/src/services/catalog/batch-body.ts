import { BATCH_STATUSES, type BatchDocument } from '@tributary/runner';
import type { ScopedStore } from '@tributary/store';
import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';

const Milliseconds = Type.Optional(Type.Integer({ minimum: 0, description: 'Epoch milliseconds.' }));
const Seconds = Type.Optional(Type.Integer({ minimum: 0, description: 'Epoch seconds.' }));
const Count = Type.Optional(Type.Integer({ minimum: 0 }));
const Metrics = Type.Optional(Type.Record(Type.String(), Type.Unknown()));

export const Status = Type.Enum([...BATCH_STATUSES]);

const Errors = Type.Optional(
  Type.Array(
    Type.Object({
      code: Type.String({ maxLength: 200 }),
      description: Type.String({ maxLength: 10_000 }),
      rows: Type.Optional(
        Type.Array(Type.String({ maxLength: 100, description: 'A row number or a range of them.' })),
      ),
      recordCount: Count,
    }),
    { maxItems: 10_000 },
  ),
);

const RelatedObject = Type.Object(
  {
    type: Type.Enum(['batch', 'dataSet', 'dataSetFile', 'dataSetView', 'transform']),
    id: Type.String({ minLength: 1, maxLength: 500 }),
    tag: Type.Optional(Type.String({ maxLength: 500, description: 'Such as input or output.' })),
    status: Type.Optional(Status),
    errors: Errors,
    metrics: Metrics,
  },
  { additionalProperties: false },
);

const InputFormat = Type.Object(
  {
    format: Type.Optional(Type.Enum(['csv', 'parquet', 'json', 'avro'])),
    isMultiLineJson: Type.Optional(Type.Boolean()),
    delimiter: Type.Optional(Type.String({ maxLength: 10 })),
    quote: Type.Optional(Type.String({ maxLength: 10 })),
    escape: Type.Optional(Type.String({ maxLength: 10 })),
    nullMarker: Type.Optional(Type.String({ maxLength: 100 })),
    header: Type.Optional(Type.Union([Type.Boolean(), Type.String({ maxLength: 10 })])),
    charset: Type.Optional(Type.Enum(['US-ASCII', 'UTF-8', 'ISO-8859-1'])),
  },
  { additionalProperties: false },
);

const properties = {
  externalId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'The maker’s own id; the batch’s where absent.',
    }),
  ),
  started: Milliseconds,
  completed: Milliseconds,
  replay: Type.Optional(
    Type.Object(
      {
        predecessors: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 1_000 })),
        reason: Type.Optional(Type.String({ maxLength: 5_000 })),
      },
      { additionalProperties: false },
    ),
  ),
  recordCount: Count,
  failedRecordCount: Count,
  size: Type.Optional(Type.Integer({ minimum: 0, description: 'Bytes.' })),
  errors: Errors,
  availableDates: Type.Optional(
    Type.Object({ startDate: Seconds, endDate: Seconds }, { additionalProperties: false }),
  ),
  relatedObjects: Type.Optional(Type.Array(RelatedObject, { maxItems: 1_000 })),
  metrics: Metrics,
  tags: Type.Optional(
    Type.Record(Type.String({ maxLength: 500 }), Type.Array(Type.String({ maxLength: 2_000 }))),
  ),
  inputFormat: Type.Optional(InputFormat),
};

const open = { additionalProperties: true };

/** A whole batch. */
export const BatchBody = Type.Object({ ...properties, status: Status }, open);
export type BatchBody = Static<typeof BatchBody>;

/** New values of some properties. */
export const BatchChange = Type.Object({ ...properties, status: Type.Optional(Status) }, open);
export type BatchChange = Static<typeof BatchChange>;

/** The properties that clients set; all others of a body are the Catalog's own. */
export function batchPropertiesOf<T extends BatchChange>(body: T): T {
  const entries = Object.entries(body).filter(([name]) => isBatchProperty(name));
  // Only properties that the type lets stand beside its own are left out.
  return Object.fromEntries(entries) as T;
}

export function isBatchProperty(name: string): boolean {
  return name === 'status' || Object.hasOwn(properties, name);
}

/**
 * Every dataset that a batch is related to must be there.
 * @throws {Problem} of kind `invalidBody`
 */
export async function requireRelated(
  store: ScopedStore,
  related: BatchDocument['shown']['relatedObjects'],
): Promise<void> {
  const ids = related.filter(({ type }) => type === 'dataSet').map(({ id }) => id);
  const found = await store.resources('dataSet').getAll(ids);
  const violations = related.flatMap(({ type, id }, index) =>
    type === 'dataSet' && !found.has(id)
      ? [{ path: `/relatedObjects/${index}/id`, message: `There is no dataset ${id} in this sandbox.` }]
      : [],
  );
  if (violations.length === 0) return;
  throw new Problem('invalidBody', violations.map(({ message }) => message).join(' '), { violations });
}
