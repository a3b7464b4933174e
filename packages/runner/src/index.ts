export { acceptDrift } from './accept-drift.ts';
export { type AffectedResources, affectedBy } from './affected-schemas.ts';
export { newBatchId } from './batch-id.ts';
export { describeRun } from './describe-run.ts';
export { type Diagnostics, diagnosticsArea } from './diagnostics.ts';
export * from './documents.ts';
export { secretText } from './events/cloud-event.ts';
export { type EventType, eventTypes, isWanted } from './events/event-types.ts';
export { recordRunEvent } from './events/record-event.ts';
export { type EvolvedTable, evolveDataSets, tidyTables } from './evolve-data-sets.ts';
export { type FlowReads, flowReads } from './flow-reads.ts';
export { flowsUsing, type UsingFlow } from './flows-using-mapping.ts';
export { describeHeldItem } from './held-items.ts';
export type { KeptPlace, KeptPlaces } from './kept-files.ts';
export { withLiveFiles } from './live-files.ts';
export {
  FIRST_VERSION,
  mappingSetAt,
  readMappingVersion,
  removeMappingSet,
  replaceMappingSet,
} from './mapping-set-version.ts';
export { mirrorConflict } from './mirror-conflict.ts';
export { type FlowPreparation, type FlowViolation, type PreparedFlow, prepareFlow } from './prepare-flow.ts';
export { holdsFilesBack, refreshColumnsOf, requestedWindowOf, requesterOf, runnerActor } from './progress.ts';
export { type ReadTurns, readTurns } from './read-turns.ts';
export { columnsWithoutMapping } from './refresh-plan.ts';
export {
  type AuditEntryDocument,
  type AuditUpdate,
  type RegistryChange,
  recordChange,
} from './registry-log.ts';
export { asRegistryResource, registryKinds } from './registry-resource.ts';
export type { RequestedWindow } from './requested-window.ts';
export { type Runner, startRunner } from './runner.ts';
export { intervalSecondsOf, isTimezone, nextSlot, scheduleFrom } from './schedule.ts';
export { schemaIdentities } from './schema-identities.ts';
export { holdRegistry, schemaLookup } from './schema-lookup.ts';
export { type ScratchFolders, scratchFolders } from './scratch-folders.ts';
export { authParamsKeeper, openAuthParams } from './sealed-params.ts';
export type { Lake, RunnerLog, RunnerServices } from './services.ts';
export { asDeclared, sourceColumnsOf } from './source-columns.ts';
export { type StagingArea, stagingArea } from './staging-area.ts';
export { targetFields } from './target-fields.ts';
export type { RetentionSettings } from './upkeep/retention.ts';
