import { randomUUID } from 'node:crypto';
import { columnsRead, type MappingInput, planExpression, storedSourceType } from '@tributary/data-prep';
import { documentOf, type MappingDocument, type MappingSetDocument } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { CheckedMappingSet } from './check-mapping-set.ts';
import type { MappingSetBody } from './mapping-set-body.ts';

/**
 * What is stored of a mapping set.
 * @param before the version that this one replaces; mappings that carry an id of it keep that id
 */
export function mappingSetDocument(
  body: MappingSetBody,
  checked: CheckedMappingSet,
  before?: MappingSetDocument,
): MappingSetDocument {
  const ids = keptIds(body.mappings, before);
  return {
    ...(body.name ? { name: body.name } : {}),
    ...(body.tags ? { tags: body.tags } : {}),
    ...(body.sourceConnectionId ? { sourceConnectionId: body.sourceConnectionId } : {}),
    ...(typeof body.strictMapping === 'boolean' ? { strictMapping: body.strictMapping } : {}),
    allowNullValues: body.allowNullValues ?? false,
    ...(body.inputSchema ? { inputSchema: body.inputSchema } : {}),
    inputSchemaRef: {
      id: body.inputSchema?.schemaRef?.id ?? null,
      contentType: body.inputSchema?.schemaRef?.contentType ?? null,
    },
    outputSchemaId: checked.schema.id,
    outputContentType: checked.contentType,
    mappings: checked.mappings.map((mapping, index) => ({
      ...mapping,
      ...expressionAttributes(mapping),
      id: ids[index] ?? newId(),
      identity: memberOf(body.mappings[index], 'identity') === true,
      primaryIdentity: memberOf(body.mappings[index], 'primaryIdentity') === true,
    })),
  };
}

/** The paths that an expression reads. */
function expressionAttributes({ sourceType, source }: MappingInput): {
  readonly expressionAttributes?: readonly string[];
} {
  if (sourceType !== 'EXPRESSION') return {};
  const planned = planExpression(source, 'unknown');
  return planned.ok ? { expressionAttributes: [...columnsRead(planned.expression)] } : {};
}

/** The ids that mappings bring along, where they are of the set already; each once. */
function keptIds(
  mappings: readonly unknown[],
  before: MappingSetDocument | undefined,
): readonly (string | undefined)[] {
  const left = new Set(before?.mappings.map(({ id }) => id));
  return mappings.map((mapping) => {
    const id = memberOf(mapping, 'id');
    return typeof id === 'string' && left.delete(id) ? id : undefined;
  });
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}

function memberOf(entry: unknown, name: string): unknown {
  return typeof entry === 'object' && entry !== null && Object.hasOwn(entry, name)
    ? Reflect.get(entry, name)
    : undefined;
}

/** A mapping set as a client would send it to have it so. */
export function mappingSetAsBody(resource: Resource): MappingSetBody {
  const document = documentOf('mappingSet', resource);
  // Written by mappingSetDocument from fields of a checked body, and by nothing else.
  const kept = document as MappingSetDocument &
    Pick<
      MappingSetBody,
      'name' | 'tags' | 'sourceConnectionId' | 'strictMapping' | 'allowNullValues' | 'inputSchema'
    > & { readonly outputContentType?: string };
  return {
    name: kept.name ?? null,
    tags: kept.tags ?? null,
    sourceConnectionId: kept.sourceConnectionId ?? null,
    strictMapping: kept.strictMapping ?? null,
    allowNullValues: kept.allowNullValues ?? null,
    inputSchema: kept.inputSchema ?? null,
    outputSchema: {
      schemaRef: { id: document.outputSchemaId, contentType: kept.outputContentType ?? '1.0' },
    },
    mappings: document.mappings.map((mapping) => ({ ...mapping })),
  };
}

export interface ShownMappingSet {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/**
 * A mapping set as the service answers it, in both generations of field names.
 * @param jsonSchema the whole output schema, where the client asked for it
 */
export function shownMappingSet(
  resource: Resource,
  jsonSchema?: Readonly<Record<string, unknown>>,
): ShownMappingSet {
  const { mappings, outputSchemaId, outputContentType, inputSchema, ...document } = documentOf(
    'mappingSet',
    resource,
  );
  const output = { id: outputSchemaId, contentType: outputContentType };
  return {
    id: resource.id,
    version: resource.version,
    ...shownEnvelope(resource),
    ...document,
    ...(inputSchema === undefined ? {} : { inputSchema }),
    outputSchemaRef: output,
    outputSchema: { schemaRef: output, ...(jsonSchema === undefined ? {} : { jsonSchema }) },
    mappings: mappings.map((mapping) => shownMapping(resource, mapping)),
    status: STATUS,
    supportVersion: '1.1',
    xdmVersion: output.contentType,
    schemaRef: output,
    xdmSchema: output.id,
  };
}

/** A mapping set that is stored has been checked, and can be used. */
export const STATUS = 'PUBLISHED';

function shownEnvelope({ createdAt, updatedAt, createdBy, updatedBy }: Resource) {
  return {
    createdDate: createdAt.getTime(),
    modifiedDate: updatedAt.getTime(),
    createdBy,
    modifiedBy: updatedBy,
  };
}

/** One mapping of a set as the service answers it. */
export function shownMapping(resource: Resource, mapping: MappingDocument) {
  const { id, source, destination, sourceType, name, description, identity, primaryIdentity } = mapping;
  return {
    id,
    version: 0,
    ...shownEnvelope(resource),
    sourceType: storedSourceType[sourceType],
    source,
    destination,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(mapping.expressionAttributes === undefined
      ? {}
      : { expressionAttributes: mapping.expressionAttributes }),
    identity: identity ?? false,
    primaryIdentity: primaryIdentity ?? false,
    matchScore: 0,
    sourceAttribute: source,
    destinationXdmPath: destination,
  };
}
