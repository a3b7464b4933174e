export { addSource, type SourceDefinition, SourceUnfit } from './add-source.ts';
export { AuthParams, parseAuthParams, refusedParams } from './auth-params.ts';
export type {
  AuthParamSchema,
  AuthParamsSchema,
  AuthSpec,
  ConnectionSpec,
  ExploreSpec,
  JsonSchema,
  ParamsSpec,
  Permission,
  PermissionsInfo,
} from './connection-specs.ts';
export {
  authSpecByName,
  connectionSpecById,
  connectionSpecByName,
  connectionSpecs,
  readsFiles,
  secretParams,
} from './connection-specs.ts';
export type { FileInspector, FileSample, InspectedSample, SamplePiece } from './files/file-inspector.ts';
export type { GivenFileSelection, SelectionViolation } from './files/file-selection.ts';
export { readFileSelection } from './files/file-selection.ts';
export type { FileServices } from './files/open-file-source.ts';
export { NO_FILES } from './files/source.ts';
export type { FlowSpec, NamedSpec } from './flow-specs.ts';
export { flowSpecById, flowSpecByName, flowSpecs } from './flow-specs.ts';
export type { AddressPolicy } from './outbound/addresses.ts';
export type { OutboundOptions } from './outbound/client.ts';
export { OutboundClient } from './outbound/client.ts';
export type { RetryPolicy } from './outbound/retry.ts';
export type { SourceEntry, SourceOptions } from './registry.ts';
export { createSource, sources } from './registry.ts';
export type { KeepAuthParams } from './salesforce/api.ts';
export type {
  IntendedReading,
  Page,
  Partition,
  ReadRequest,
  ReadWindow,
  Sink,
  Source,
  SourceErrorKind,
  StagedFormat,
  TableDescription,
  TableListing,
} from './source.ts';
export { SourceError } from './source.ts';
export { type TableSourceWords, tableConnectionSpec } from './table-connection-spec.ts';
