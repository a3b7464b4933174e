import { type Kysely, sql } from 'kysely';
import { type DeliveryQueue, deliveryQueue } from './delivery-queue.ts';
import { type Events, scopedEvents } from './events.ts';
import { type FoundResource, findReached, findResources, idsTitled } from './find-resources.ts';
import { type FlowSources, scopedFlowSources } from './flow-sources.ts';
import { type HeldItems, scopedHeldItems } from './held-items.ts';
import { type LandedItems, scopedLandedItems } from './landed-items.ts';
import { type Leftovers, leftovers, type ScopedLeftovers, scopedLeftovers } from './leftovers.ts';
import { type Organizations, organizations } from './organizations.ts';
import { type PartitionReaders, scopedPartitionReaders } from './partition-readers.ts';
import { type ReadingQueue, readingQueue } from './reading-queue.ts';
import { type ResourceReferences, scopedReferences } from './resource-references.ts';
import { type ResourceKind, type Resources, scopedResources } from './resources.ts';
import { type Retention, retention } from './retention.ts';
import { type RunQueue, runQueue } from './run-queue.ts';
import { type Runs, scopedRuns } from './runs.ts';
import { type PackageRecordKind, type PackageRecords, packageRecords } from './sandbox-packages.ts';
import { type SandboxRemovals, sandboxRemovals } from './sandbox-removal.ts';
import { enqueueDueRuns, type NextSlot, type Schedules, scopedSchedules } from './schedules.ts';
import { type SchemasOfClass, schemasByClass } from './schema-overview.ts';
import type { Scope } from './scope.ts';
import { type Staging, scopedStaging } from './staging.ts';
import { scopedTablePointers, type TablePointers } from './table-pointers.ts';
import type { Tables } from './tables.ts';
import { type UpkeepQueue, upkeepQueue } from './upkeep-queue.ts';
import { scopedWatermarks, type Watermarks } from './watermarks.ts';
import type { WorkQueue } from './work-queue.ts';

/**
 * One sandbox of one organisation. This handle is the only way to a tenant's rows, and every query made through it
 * carries the scope: there is no query that could forget it.
 */
export interface ScopedStore {
  readonly scope: Scope;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly staging: Staging;
  readonly readers: PartitionReaders;
  readonly tables: TablePointers;
  readonly watermarks: Watermarks;
  readonly landedItems: LandedItems;
  readonly heldItems: HeldItems;
  readonly flowSources: FlowSources;
  readonly events: Events;
  readonly references: ResourceReferences;
  readonly leftovers: ScopedLeftovers;
  resources(kind: ResourceKind): Resources;
  /** Of the whole organisation: packages go from one of its sandboxes to another. */
  packages(kind: PackageRecordKind): PackageRecords;
  /** Those of `ids` that exist among several kinds, by id, in one query; no two of those kinds may share an id. */
  findResources(
    kinds: readonly ResourceKind[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, FoundResource>>;
  /** Those of `ids`, and all that they reach by naming each other `via`, in one query however deep it is. */
  findReached(
    kinds: readonly ResourceKind[],
    ids: readonly string[],
    via: string,
  ): Promise<ReadonlyMap<string, FoundResource>>;
  /** Ids of the resources of some kinds, of those whose titles an index serves, that have this title. */
  idsTitled(kinds: readonly ResourceKind[], title: string): Promise<readonly string[]>;
  /** All schemas, by their classes, and which classes have one with a tag; in one query that reads no bodies. */
  schemasByClass(tag: string): Promise<readonly SchemasOfClass[]>;
  /** Runs `work` in one transaction: all of it happens, or nothing when it throws. Nested calls join the outer one. */
  transaction<T>(work: (store: ScopedStore) => Promise<T>): Promise<T>;
  /**
   * Waits until no other transaction of this sandbox holds `name`, and holds it until this one ends: what is found free
   * after that stays free. A name may stand for anything, such as the title of a resource that is not there yet.
   * @throws outside of a transaction, where nothing would be held.
   */
  holdName(name: string): Promise<void>;
}

/** The metadata store. */
export interface Store {
  readonly organizations: Organizations;
  readonly queue: RunQueue;
  readonly readings: ReadingQueue;
  readonly deliveries: DeliveryQueue;
  readonly upkeep: UpkeepQueue;
  readonly retention: Retention;
  readonly sandboxRemovals: SandboxRemovals;
  readonly leftovers: Leftovers;
  /** See {@link enqueueDueRuns}. */
  enqueueDueRuns(now: Date, nextSlot: NextSlot): Promise<number>;
  scoped(scope: Scope): ScopedStore;
  /** What an organisation keeps of its packages. */
  packages(orgId: string, kind: PackageRecordKind): PackageRecords;
  /** Answers once the database does; rejects when it cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createStore(database: Kysely<Tables>, work: WorkQueue, close: () => Promise<void>): Store {
  return {
    organizations: organizations(database),
    queue: runQueue(database, work),
    readings: readingQueue(database, work),
    deliveries: deliveryQueue(database, work),
    upkeep: upkeepQueue(database, work),
    retention: retention(database),
    sandboxRemovals: sandboxRemovals(database),
    leftovers: leftovers(database),
    enqueueDueRuns: (now, nextSlot) => enqueueDueRuns(database, work, now, nextSlot),
    scoped: (scope) => scopedStore(database, work, scope),
    packages: (orgId, kind) => packageRecords(database, orgId, kind),
    async ping() {
      await database.selectFrom('organizations').select('id').limit(1).execute();
    },
    close,
  };
}

function scopedStore(database: Kysely<Tables>, work: WorkQueue, scope: Scope): ScopedStore {
  return {
    scope,
    runs: scopedRuns(database, scope, work),
    schedules: scopedSchedules(database, scope),
    staging: scopedStaging(database, scope),
    readers: scopedPartitionReaders(database, scope),
    tables: scopedTablePointers(database, scope),
    watermarks: scopedWatermarks(database, scope),
    landedItems: scopedLandedItems(database, scope),
    heldItems: scopedHeldItems(database, scope),
    flowSources: scopedFlowSources(database, scope),
    events: scopedEvents(database, scope, work),
    references: scopedReferences(database, scope),
    leftovers: scopedLeftovers(database, scope),
    findResources: (kinds, ids) => findResources(database, scope, kinds, ids),
    findReached: (kinds, ids, via) => findReached(database, scope, kinds, ids, via),
    idsTitled: (kinds, title) => idsTitled(database, scope, kinds, title),
    schemasByClass: (tag) => schemasByClass(database, scope, tag),
    resources: (kind) => scopedResources(database, scope, kind),
    packages: (kind) => packageRecords(database, scope.orgId, kind),
    async transaction(change) {
      if (database.isTransaction) return change(this);
      return database.transaction().execute((transaction) => change(scopedStore(transaction, work, scope)));
    },
    async holdName(name) {
      if (!database.isTransaction) throw new Error(`'${name}' can only be held in a transaction`);
      const key = JSON.stringify([scope.orgId, scope.sandboxId, name]);
      await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(database);
    },
  };
}
