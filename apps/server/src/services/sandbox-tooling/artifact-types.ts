import type { ResourceKind } from '@tributary/store';
import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';

/** What packages carry, as the platform calls it. */
export const artifactTypes = [
  'REGISTRY_DATATYPE',
  'REGISTRY_CLASS',
  'REGISTRY_MIXIN',
  'REGISTRY_SCHEMA',
  'REGISTRY_DESCRIPTOR',
  'CATALOG_DATASET',
  'BASE_CONNECTION',
  'SOURCE_CONNECTION',
  'TARGET_CONNECTION',
  'MAPPING_SET',
  'FLOW',
] as const;

export type ArtifactType = (typeof artifactTypes)[number];

export const ArtifactTypeSchema = Type.Enum([...artifactTypes]);

export const kindOf: Readonly<Record<ArtifactType, ResourceKind>> = {
  REGISTRY_DATATYPE: 'datatype',
  REGISTRY_CLASS: 'class',
  REGISTRY_MIXIN: 'mixin',
  REGISTRY_SCHEMA: 'schema',
  REGISTRY_DESCRIPTOR: 'descriptor',
  CATALOG_DATASET: 'dataSet',
  BASE_CONNECTION: 'connection',
  SOURCE_CONNECTION: 'sourceConnection',
  TARGET_CONNECTION: 'targetConnection',
  MAPPING_SET: 'mappingSet',
  FLOW: 'flow',
};

/** The member by which people tell those of a type apart. */
export function titleMemberOf(type: ArtifactType): 'title' | 'name' {
  return type.startsWith('REGISTRY_') ? 'title' : 'name';
}

/** @throws {Problem} of kind `invalidBody` for what the platform carries and Tributary does not have */
export function readArtifactType(type: string, path: string): ArtifactType {
  const known = artifactTypes.find((name) => name === type);
  if (known !== undefined) return known;
  const message = `must be one of ${artifactTypes.join(', ')}`;
  throw new Problem('invalidBody', `Artifacts of the type '${type}' cannot be carried: ${path} ${message}.`, {
    violations: [{ path, message }],
  });
}
