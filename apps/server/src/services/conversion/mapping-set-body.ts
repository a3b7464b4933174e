import { type Static, Type } from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const schemaReference = Type.Object({
  id: nullable(Type.String()),
  contentType: nullable(Type.String()),
});

/** A mapping set as clients send it, in either generation of field names. */
export const mappingSetBody = Type.Object({
  id: nullable(Type.String()),
  name: nullable(Type.String({ maxLength: 255 })),
  version: nullable(Type.Number()),
  /** The older name of the output schema. */
  xdmSchema: nullable(Type.String()),
  xdmVersion: nullable(Type.String()),
  schemaRef: Type.Optional(Type.Union([schemaReference, Type.Null()])),
  inputSchema: nullable(
    Type.Object({ schemaRef: Type.Optional(Type.Union([schemaReference, Type.Null()])) }),
  ),
  outputSchema: nullable(
    Type.Object({ schemaRef: Type.Optional(Type.Union([schemaReference, Type.Null()])) }),
  ),
  allowNullValues: nullable(Type.Boolean()),
  /** Each entry is read by the mapping language itself, which tells what is wrong with it. */
  mappings: Type.Array(Type.Unknown()),
});

export type MappingSetBody = Static<typeof mappingSetBody>;

/** The output schema that a body names, in the newer place or an older one. */
export function outputSchemaOf(
  body: MappingSetBody,
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
