export { DataFolderInUse } from './data-folder-lock.ts';
export { isDatabaseOutage } from './database-outage.ts';
export type { ClaimedDelivery, DeliveryOutcome, DeliveryQueue } from './delivery-queue.ts';
export type { DeliveryState, EventDelivery, Events, HappenedEvent } from './events.ts';
export type { FoundResource } from './find-resources.ts';
export type { FlowSource, FlowSources } from './flow-sources.ts';
export type { HeldItem, HeldItems, ItemFault } from './held-items.ts';
export type { LandedItem, LandedItems } from './landed-items.ts';
export type { Leftover, LeftoverFiles } from './leftovers.ts';
export { NoDatabase } from './make-database.ts';
export { type MovedStore, moveStore, StoreNotMovable } from './move-store.ts';
export { StoreMoved } from './moved-marker.ts';
export { DatabaseNotUsable, openEmbeddedStore, openPostgresStore } from './open-store.ts';
export type { ApiClient, Organization, Organizations } from './organizations.ts';
export type { PartitionHold } from './partition-hold.ts';
export type { PartitionReaders, ReadLimits, TakenPartition, TakenReading } from './partition-readers.ts';
export type { ClaimedReading, ReadingQueue } from './reading-queue.ts';
export type { ResourceFilter, ResourceOrder } from './resource-filter.ts';
export type { ResourceReference, ResourceReferences } from './resource-references.ts';
export type {
  Resource,
  ResourceCursor,
  ResourceKind,
  ResourcePage,
  ResourceQuery,
  Resources,
} from './resources.ts';
export type { Retention, TableDue } from './retention.ts';
export type { ClaimedRun, RunQueue } from './run-queue.ts';
export { ClaimLost, type RunRecord, type RunState, type Runs } from './runs.ts';
export { isSandboxClosed } from './sandbox-closed.ts';
export type {
  PackageRecord,
  PackageRecordContent,
  PackageRecordKind,
  PackageRecords,
} from './sandbox-packages.ts';
export type { ClosedSandbox, SandboxRemovals } from './sandbox-removal.ts';
export type { NewSandbox, Sandbox, Sandboxes, SandboxState, SandboxType } from './sandboxes.ts';
export type { NextSlot, Schedule, Schedules } from './schedules.ts';
export type { SchemasOfClass } from './schema-overview.ts';
export type { Actor, Scope } from './scope.ts';
export type { StagedPage, StagedPartition, Staging } from './staging.ts';
export type { ScopedStore, Store } from './store.ts';
export type { TablePointer, TablePointers } from './table-pointers.ts';
export type { UpkeepQueue } from './upkeep-queue.ts';
export { createVault, readOrCreateKey, type Sealed, type Vault } from './vault.ts';
export type { TimeWatermark, TokenWatermark, Watermark, Watermarks } from './watermarks.ts';
export type { Claim } from './work-queue.ts';
