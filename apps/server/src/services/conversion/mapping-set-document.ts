import { randomUUID } from 'node:crypto';
import { storedSourceType } from '@tributary/data-prep';
import { documentOf, type MappingDocument, type MappingSetDocument } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import type { CheckedMappingSet } from './check-mapping-set.ts';
import type { MappingSetBody } from './mapping-set-body.ts';

/** What is stored of a mapping set. */
export function mappingSetDocument(body: MappingSetBody, checked: CheckedMappingSet): MappingSetDocument {
  return {
    ...(body.name ? { name: body.name } : {}),
    allowNullValues: body.allowNullValues ?? false,
    inputSchemaRef: {
      id: body.inputSchema?.schemaRef?.id ?? null,
      contentType: body.inputSchema?.schemaRef?.contentType ?? null,
    },
    outputSchemaId: checked.schema.id,
    outputContentType: checked.contentType,
    mappings: checked.mappings.map((mapping, index) => ({
      ...mapping,
      id: randomUUID().replaceAll('-', ''),
      identity: flagOf(body.mappings[index], 'identity'),
      primaryIdentity: flagOf(body.mappings[index], 'primaryIdentity'),
    })),
  };
}

function flagOf(entry: unknown, name: 'identity' | 'primaryIdentity'): boolean {
  return typeof entry === 'object' && entry !== null && name in entry && Reflect.get(entry, name) === true;
}

export interface ShownMappingSet {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** A mapping set as the service answers it, in both generations of field names. */
export function shownMappingSet(resource: Resource): ShownMappingSet {
  const document = documentOf('mappingSet', resource);
  const output = { id: document.outputSchemaId, contentType: document.outputContentType };
  return {
    id: resource.id,
    version: resource.version,
    ...(document.name === undefined ? {} : { name: document.name }),
    createdDate: resource.createdAt.getTime(),
    modifiedDate: resource.updatedAt.getTime(),
    createdBy: resource.createdBy,
    modifiedBy: resource.updatedBy,
    allowNullValues: document.allowNullValues,
    inputSchemaRef: document.inputSchemaRef,
    outputSchemaRef: output,
    outputSchema: { schemaRef: output },
    mappings: document.mappings.map((mapping) => shownMapping(resource, mapping)),
    status: 'PUBLISHED',
    supportVersion: '1.1',
    xdmVersion: output.contentType,
    schemaRef: output,
    xdmSchema: output.id,
  };
}

/** One mapping of a set as the service answers it. */
export function shownMapping(resource: Resource, mapping: MappingDocument): Record<string, unknown> {
  const { id, source, destination, sourceType, name, description, identity, primaryIdentity } = mapping;
  return {
    id,
    version: 0,
    createdDate: resource.createdAt.getTime(),
    modifiedDate: resource.updatedAt.getTime(),
    createdBy: resource.createdBy,
    modifiedBy: resource.updatedBy,
    sourceType: storedSourceType[sourceType],
    source,
    destination,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    identity: identity ?? false,
    primaryIdentity: primaryIdentity ?? false,
    matchScore: 0,
    sourceAttribute: source,
    destinationXdmPath: destination,
  };
}
