import { type TSchema, Type } from 'typebox';
import { BatchBody, Status } from './batch-body.ts';
import { DataSetChange, SchemaReference } from './data-set-document.ts';
import { Extensions } from './extend-data-set.ts';

/** Schemas of answers. Objects of any kind may have more properties than are told here. */

const open = { additionalProperties: true };

const envelope = {
  imsOrg: Type.String(),
  sandboxId: Type.Optional(Type.String()),
  version: Type.String({ description: 'Such as `1.0.3`; the last number counts the changes.' }),
  created: Type.Integer({ description: 'Epoch milliseconds.' }),
  updated: Type.Integer({ description: 'Epoch milliseconds.' }),
  createdClient: Type.String(),
  createdUser: Type.String(),
  updatedUser: Type.String(),
};

const DataSetOwn = Type.Object(
  {
    ...envelope,
    schemaRef: SchemaReference,
    viewId: Type.String(),
    files: Type.String({ description: '`@/dataSets/{id}/views/{viewId}/files`' }),
    namespace: Type.String(),
    state: Type.String(),
    classification: Type.Object({ dataBehavior: Type.String(), managedBy: Type.String() }),
    extensions: Type.Intersect([
      Extensions,
      Type.Object(
        {
          tributary: Type.Object({
            tableFormat: Type.String({ description: 'iceberg' }),
            tableLocation: Type.String(),
            metadataLocation: Type.String({ description: 'The current metadata file of the table.' }),
          }),
        },
        open,
      ),
    ]),
    basePath: Type.String({ description: 'Where the table lies.' }),
    persistence: Type.Object(
      { adls: Type.Object({ location: Type.String(), credentials: Type.String() }, open) },
      open,
    ),
    lastBatchId: Type.String(),
    lastBatchStatus: Status,
    lastSuccessfulBatch: Type.String(),
    lastFailedBatch: Type.String(),
  },
  open,
);

/** The same with nothing required, as `properties` may leave anything out. */
const partly = (schema: TSchema) => Type.Partial(schema);

export const DataSets = byId('Datasets by id.', Type.Intersect([DataSetChange, partly(DataSetOwn)]));

export const Batches = byId(
  'Batches by id.',
  Type.Intersect([
    partly(BatchBody),
    partly(
      Type.Object(
        {
          id: Type.String(),
          ...envelope,
          failedBatchLocation: Type.String({ description: 'Where the rows are that did not land.' }),
        },
        open,
      ),
    ),
  ]),
);

export const DataSetViews = byId(
  'Views by id.',
  partly(
    Type.Object(
      {
        id: Type.String(),
        dataSetId: Type.String(),
        status: Type.String(),
        files: Type.String(),
        ...envelope,
      },
      open,
    ),
  ),
);

export const DataSetFiles = byId(
  'Dataset files by id.',
  partly(
    Type.Object(
      {
        id: Type.String(),
        batchId: Type.String(),
        dataSetId: Type.String(),
        dataSetViewId: Type.String(),
        records: Type.Integer(),
        size: Type.Integer({ description: 'Bytes.' }),
        ...envelope,
      },
      open,
    ),
  ),
);

export const LastBatches = byId(
  'The newest batches by dataset.',
  partly(
    Type.Object(
      {
        lastBatchId: Type.String(),
        lastBatchStatus: Status,
        lastSuccessfulBatchId: Type.String(),
        lastFailedBatchId: Type.String(),
        imsOrg: Type.String(),
        sandboxId: Type.String(),
        created: Type.Integer(),
        updated: Type.Integer(),
      },
      open,
    ),
  ),
);

export const References = Type.Array(Type.String(), { description: 'Such as `@/dataSets/{id}`.' });

/** The body of every refusal (problem details, RFC 9457). */
export const Failure = Type.Object(
  {
    type: Type.String(),
    title: Type.String({ examples: ['BadRequestError'] }),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  open,
);

export const refusals = {
  400: { ...Failure, description: 'Something in the request is not as it must be; nothing has changed.' },
  404: { ...Failure, description: 'There is no such object in this sandbox.' },
};

export const refusalsOfChanges = {
  ...refusals,
  409: { ...Failure, description: 'Something else uses the object, or what it asks for is taken.' },
  412: { ...Failure, description: 'The object has another version than the one that is meant.' },
};

function byId(description: string, object: TSchema) {
  return Type.Record(Type.String(), object, { description });
}
