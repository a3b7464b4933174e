import { type Static, type TSchema, Type } from 'typebox';

const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** Ids and names are kept as index keys, which have a size. */
const Name = Type.String({ maxLength: 255 });

const SchemaReference = Type.Object(
  {
    id: nullable(Type.String({ maxLength: 2_000 })),
    contentType: nullable(Type.String({ maxLength: 255 })),
  },
  { description: '$id of a schema, and the media type that names its version' },
);

/** What rows come in: a schema of this sandbox, or JSON Schema; other references are kept and not followed. */
export const InputSchema = Type.Object({
  id: nullable(Type.String({ maxLength: 255 })),
  version: nullable(Type.Integer()),
  sampleId: nullable(Type.String({ maxLength: 255 })),
  schemaRef: nullable(SchemaReference),
  jsonSchema: nullable(Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema of one row' })),
});

/** The parts of a body that name the schema which rows are mapped to, in the newer place and two older ones. */
export const outputSchemaFields = {
  outputSchema: nullable(Type.Object({ schemaRef: nullable(SchemaReference) })),
  xdmSchema: nullable(
    Type.String({ maxLength: 2_000, description: 'Older place of outputSchema.schemaRef.id' }),
  ),
  xdmVersion: nullable(Type.String({ maxLength: 255 })),
  schemaRef: nullable(SchemaReference),
};

/** One mapping as clients send it. The language itself reads it, and tells what is wrong with it. */
export const MappingBody = Type.Unknown({
  description:
    'source, destination and sourceType (ATTRIBUTE, EXPRESSION or STATIC; found from the source where it is not given), ' +
    'optionally name and description; or the older sourceAttribute and destinationXdmPath',
  examples: [{ sourceType: 'EXPRESSION', source: 'lower(Email)', destination: 'personalEmail.address' }],
});

/** More mappings than any schema has fields for. */
const MAX_MAPPINGS = 5_000;

/** A mapping set as clients send it, in either generation of field names. */
export const mappingSetBody = Type.Object(
  {
    id: nullable(Type.String()),
    name: nullable(Name),
    version: nullable(Type.Number({ description: 'Not read: the service counts versions itself' })),
    ...outputSchemaFields,
    inputSchema: nullable(InputSchema),
    sourceConnectionId: nullable(
      Type.String({
        maxLength: 255,
        description: 'A source connection, whose columns the mappings are then checked against',
      }),
    ),
    allowNullValues: nullable(Type.Boolean()),
    strictMapping: nullable(Type.Boolean()),
    tags: nullable(
      Type.Array(Type.Object({ name: nullable(Name), values: nullable(Type.Array(Type.String())) }), {
        maxItems: 100,
      }),
    ),
    mappings: Type.Array(MappingBody, { maxItems: MAX_MAPPINGS }),
  },
  { description: 'A mapping set, in either generation of field names' },
);

export type MappingSetBody = Static<typeof mappingSetBody>;

/** The output schema that a body names, in the newer place or an older one. */
export function outputSchemaOf(
  body: Pick<MappingSetBody, 'outputSchema' | 'xdmSchema' | 'xdmVersion' | 'schemaRef'>,
): { id: string; contentType: string; path: string } | undefined {
  const newer = body.outputSchema?.schemaRef;
  if (newer?.id)
    return { id: newer.id, contentType: newer.contentType ?? '1.0', path: '/outputSchema/schemaRef/id' };
  if (body.xdmSchema)
    return { id: body.xdmSchema, contentType: body.xdmVersion ?? '1.0', path: '/xdmSchema' };
  const flat = body.schemaRef;
  if (flat?.id) return { id: flat.id, contentType: flat.contentType ?? '1.0', path: '/schemaRef/id' };
  return undefined;
}
