export type { ColumnType, SourceColumn, SourceField, SourceType } from './columns.ts';
export {
  composeResource,
  composeSchema,
  type ResolvedResource,
  type ResolvedSchema,
} from './compose/compose.ts';
export type {
  ArrayConstraints,
  ArrayNode,
  Constraints,
  MapNode,
  ObjectNode,
  ScalarNode,
  XdmNode,
  XdmScalarType,
} from './compose/node.ts';
export { closeNames, type NodeSearch, nodeAt } from './compose/node-path.ts';
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
  unionOf,
  unionProblems,
} from './compose/union.ts';
export { type Descriptor, parseDescriptor, sourcePropertiesOf } from './descriptors/descriptor.ts';
export {
  type DescriptorSurroundings,
  descriptorProblems,
  isPrimaryIdentity,
} from './descriptors/descriptor-check.ts';
export { propertySteps } from './descriptors/descriptor-path.ts';
export { DESCRIPTOR_TYPES, type DescriptorType, RELATIONSHIP_TYPES } from './descriptors/descriptor-types.ts';
export type { DocumentIdentity } from './documents/document-identities.ts';
export { type DocumentViolation, MAX_VIOLATIONS } from './documents/document-report.ts';
export { TEXT_FORMATS, type TextFormat } from './documents/formats.ts';
export { type SampleRecord, sampleRecord } from './documents/sample-data.ts';
export { type DocumentCheck, validateDocument } from './documents/validate-document.ts';
export { type BreakingChange, breakingChanges, type EvolutionRule } from './evolution/evolution.ts';
export { breakingPartChanges, removedTags } from './evolution/evolution-parts.ts';
export {
  type DecimalDigits,
  decimalDigits,
  decimalField,
  MAX_PRECISION,
  MAX_SCALE,
  scaleOf,
} from './exact-decimals.ts';
export {
  assignFieldIds,
  type FieldIdAssignment,
  type IcebergJsonSchema,
  type LeftOutField,
  type PreviousAssignment,
} from './iceberg-schema.ts';
export type { Outcome, ProblemCode, RegistryProblem } from './problem.ts';
export { adhocClassBody } from './proposals/adhoc-schema.ts';
export { flowObjectName, type ProposedField, proposeFields } from './proposals/propose-fields.ts';
export {
  type ColumnSample,
  type Proposal,
  type ProposalColumn,
  type ProposalRequest,
  type ProposedColumn,
  proposeSchema,
} from './proposals/propose-schema.ts';
export type { TenantContext } from './registry/envelope.ts';
export { isJsonObject } from './registry/field-check.ts';
export { withoutRepeatedTypes } from './registry/repeated-types.ts';
export {
  altIdOf,
  type FieldSchema,
  metadataOf,
  type RegistryResource,
  type ResourceLookup,
  type ResourceType,
  referencedIds,
} from './registry/resource.ts';
export type { TenantResourceType } from './registry/resource-check.ts';
export {
  standardLookup,
  standardResource,
  standardResources,
} from './registry/standard-library.ts';
export {
  type CreatedResource,
  createTenantResource,
  type RandomSource,
  updateTenantResource,
} from './registry/tenant-resource.ts';
export { type AcceptForm, parseAccept } from './render/accept.ts';
export { type RenderedResource, renderId, renderResource, renderResourceText } from './render/render.ts';
