export { type AcceptForm, parseAccept } from './accept.ts';
export { adhocClassBody } from './adhoc-schema.ts';
export type { ColumnType, SourceColumn, SourceField, SourceType } from './columns.ts';
export { composeResource, composeSchema, type ResolvedResource, type ResolvedSchema } from './compose.ts';
export { type Descriptor, parseDescriptor, sourcePropertiesOf } from './descriptor.ts';
export { type DescriptorSurroundings, descriptorProblems, isPrimaryIdentity } from './descriptor-check.ts';
export { type PropertySearch, propertyAt, propertyPath, propertySteps } from './descriptor-path.ts';
export { DESCRIPTOR_TYPES, type DescriptorType, RELATIONSHIP_TYPES } from './descriptor-types.ts';
export { type BreakingChange, breakingChanges, type EvolutionRule } from './evolution.ts';
export { breakingPartChanges, removedTags, tagsOf } from './evolution-parts.ts';
export { isJsonObject } from './field-check.ts';
export { TEXT_FORMATS, type TextFormat } from './formats.ts';
export {
  assignFieldIds,
  type FieldIdAssignment,
  type IcebergJsonSchema,
  type LeftOutField,
  type PreviousAssignment,
} from './iceberg-schema.ts';
export type {
  ArrayConstraints,
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
export {
  type ColumnSample,
  type Proposal,
  type ProposalColumn,
  type ProposalRequest,
  type ProposedColumn,
  proposeSchema,
} from './propose-schema.ts';
export { type RenderedResource, renderId, renderResource, renderResourceText } from './render.ts';
export { withoutRepeatedTypes } from './repeated-types.ts';
export {
  altIdOf,
  type FieldSchema,
  type RegistryResource,
  type ResourceLookup,
  type ResourceType,
  referencedIds,
} from './resource.ts';
export type { TenantResourceType } from './resource-check.ts';
export { type SampleRecord, sampleRecord } from './sample-data.ts';
export {
  standardLookup,
  standardResource,
  standardResources,
} from './standard-library.ts';
export {
  type CreatedResource,
  createTenantResource,
  type RandomSource,
  type TenantContext,
  updateTenantResource,
} from './tenant-resource.ts';
export { type PatternTest, patternTest } from './text-pattern.ts';
export {
  asResource,
  classOfUnion,
  composeUnion,
  fullUnion,
  isInUnion,
  isTimeSeries,
  type RelatedSchema,
  UNION_TAG,
  type UnionResource,
  unionIdOf,
  unionOf,
  unionProblems,
} from './union.ts';
export {
  type DocumentCheck,
  type DocumentIdentity,
  type DocumentViolation,
  MAX_VIOLATIONS,
  validateDocument,
} from './validate-document.ts';
