export { type AcceptForm, parseAccept } from './accept.ts';
export type { ColumnType, SourceColumn } from './columns.ts';
export { composeResource, composeSchema, type ResolvedResource, type ResolvedSchema } from './compose.ts';
export {
  assignFieldIds,
  type FieldIdAssignment,
  type IcebergJsonSchema,
  type LeftOutField,
  type PreviousAssignment,
} from './iceberg-schema.ts';
export { leafTypes } from './leaves.ts';
export type {
  ArrayNode,
  Constraints,
  MapNode,
  ObjectNode,
  ScalarNode,
  XdmNode,
  XdmScalarType,
} from './node.ts';
export { closeNames, type NodeSearch, nodeAt } from './node-path.ts';
export type { Outcome, ProblemCode, RegistryProblem } from './problem.ts';
export { type RenderedResource, renderId, renderResource } from './render.ts';
export {
  altIdOf,
  type FieldSchema,
  type RegistryResource,
  type ResourceLookup,
  type ResourceType,
  referencedIds,
} from './resource.ts';
export type { TenantResourceType } from './resource-check.ts';
export {
  lookupOver,
  STANDARD_LIBRARY_VERSION,
  standardLibrarySource,
  standardLookup,
  standardResource,
  standardResources,
} from './standard-library.ts';
export {
  type CreatedResource,
  createTenantResource,
  newResourceHex,
  type RandomSource,
  type TenantContext,
} from './tenant-resource.ts';
