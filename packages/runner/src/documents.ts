import type { Resource, Sealed } from '@tributary/store';

/*
 * The bodies of the resources that services write and runs read. They are written by this installation alone, after
 * their service has checked them, so that reading one back is a matter of its kind only.
 */

export interface SpecReference {
  readonly id: string;
  readonly version: string;
}

export type ResourceState = 'draft' | 'initializing' | 'enabled' | 'disabled' | 'deleting';

interface Named {
  readonly name?: string;
  readonly description?: string;
  readonly state: ResourceState;
}

/** A base connection. */
export interface ConnectionDocument extends Named {
  readonly connectionSpec: SpecReference;
  readonly auth: {
    readonly specName: string;
    /** Without the secret ones. */
    readonly params: Readonly<Record<string, unknown>>;
  };
  /** JSON of all of the auth params, sealed with the connection's id as context. Never leaves the server. */
  readonly sealedParams: Sealed;
}

/** A column as a source connection names it. */
export interface ColumnDocument {
  readonly name: string;
  readonly type?: string;
  readonly meta?: { readonly originalType?: string };
}

export interface SourceConnectionDocument extends Named {
  readonly baseConnectionId: string;
  readonly connectionSpec: SpecReference;
  readonly data: { readonly format?: string };
  readonly params: {
    /** The path, for a source of files. */
    readonly tableName: string;
    /** Which files of a source of files. */
    readonly path?: string;
    /** Absent: all columns of the table. */
    readonly columns?: readonly ColumnDocument[];
  };
}

export interface TargetConnectionDocument extends Named {
  readonly connectionSpec: SpecReference;
  readonly data: {
    readonly format?: string;
    readonly schema?: { readonly id: string; readonly version?: string };
  };
  readonly params: { readonly dataSetId: string };
}

export type Frequency = 'once' | 'minute' | 'hour' | 'day' | 'week';

export interface ScheduleParams {
  /** Epoch seconds; clients may send it as text. */
  readonly startTime: number | string;
  readonly endTime?: number | string;
  readonly frequency: Frequency;
  readonly interval?: number | string;
  /** An IANA name, by whose calendar days and weeks are counted; UTC where it is left out. */
  readonly timezone?: string;
  readonly backfill?: boolean;
}

export interface FlowDocument extends Named {
  readonly flowSpec: SpecReference;
  readonly sourceConnectionIds: readonly string[];
  readonly targetConnectionIds: readonly string[];
  readonly transformations: readonly {
    readonly name: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  /** Absent on a draft or a flow that runs on demand only. */
  readonly scheduleParams?: ScheduleParams;
  readonly options?: {
    /** Partitions of a run that are read at the same time. */
    readonly concurrentReads?: number;
    readonly errorDiagnosticsEnabled?: boolean;
    readonly partialIngestionPercent?: number;
    /** Rows of a mirror, in percent, that one comparison of all rows may remove for being absent; 50 where it is left out. */
    readonly removalLimitPercent?: number;
    /** Files of a run, in percent, that may be held back for being unreadable; 100 where it is left out. */
    readonly badFileLimitPercent?: number;
    /** What becomes of columns that are new, gone or of another type than at the last run. */
    readonly schemaDrift?: SchemaDriftPolicy;
    /** How often columns that the source computes are read for all rows, by a run of their own. */
    readonly computedColumnRefresh?: RefreshInterval;
  };
}

export interface RefreshInterval {
  readonly frequency: 'hour' | 'day' | 'week';
  /** 1 where it is left out. */
  readonly interval?: number;
}

/** Whether a change of the source's columns is only told, gives new columns fields and mappings, or fails the run. */
export type SchemaDriftPolicy = 'ignore' | 'add' | 'fail';

export interface MappingDocument {
  readonly id: string;
  readonly sourceType: 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC';
  readonly source: string;
  readonly destination: string;
  readonly [other: string]: unknown;
}

export interface MappingSetDocument {
  readonly outputSchemaId: string;
  readonly mappings: readonly MappingDocument[];
  readonly [other: string]: unknown;
}

/** A former version of a mapping set, as it was. */
export interface MappingSetVersionDocument {
  readonly mappingSetId: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly document: Resource['body'];
}

export interface DataSetDocument {
  readonly name?: string;
  readonly schemaRef: { readonly id: string; readonly contentType: string };
  readonly [other: string]: unknown;
}

/** What a batch can be in, in the Catalog's words. Batches of flow runs are only ever `success` or `failed`. */
export const BATCH_STATUSES = [
  'queued',
  'loading',
  'loaded',
  'staging',
  'staged',
  'processing',
  'retrying',
  'stalled',
  'active',
  'success',
  'failure',
  'failed',
  'aborted',
  'abandoned',
  'inactive',
  'deleted',
] as const;

export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** What went wrong with rows of a batch. */
export interface BatchError {
  readonly code: string;
  readonly description: string;
  /** Rows with this error. */
  readonly recordCount?: number;
  /** Numbers of such rows, or ranges of them. */
  readonly rows?: readonly string[];
}

/** A batch: what the Catalog shows, and where its files lie (which only Data Access reads). */
export interface BatchDocument {
  /** Who decides over its status: the flow run that made it, or the clients of the Catalog. */
  readonly producer: 'flowRun' | 'client';
  /** The first dataset among its related objects, which it lands in; the newest batches of a dataset are found by it. */
  readonly dataSetId?: string;
  readonly shown: {
    readonly externalId: string;
    readonly status: BatchStatus;
    /** Epoch milliseconds, as `completed`. */
    readonly started: number;
    readonly completed?: number;
    readonly recordCount?: number;
    readonly failedRecordCount?: number;
    /** Bytes. */
    readonly size?: number;
    readonly relatedObjects: readonly { readonly type: string; readonly id: string }[];
    readonly errors: readonly BatchError[];
    readonly metrics: Readonly<Record<string, unknown>>;
    readonly tags: Readonly<Record<string, readonly string[]>>;
    readonly inputFormat: { readonly format?: string };
    /** Batches that this one takes the place of. */
    readonly replay?: { readonly predecessors?: readonly string[]; readonly reason?: string };
    /** Epoch seconds. */
    readonly availableDates?: { readonly startDate?: number; readonly endDate?: number };
  };
  readonly dataFiles: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** JSON-lines files with the rows that did not land. */
  readonly diagnosticsFiles: readonly string[];
}

/** Somebody who is told what happens to flows. */
export interface WebhookDocument extends Named {
  /** http or https. */
  readonly url: string;
  /** Types of events, or their beginnings before a `*`. */
  readonly events: readonly string[];
  /** Absent: all flows. */
  readonly flowIds?: readonly string[];
  /** What messages are signed with, sealed with the webhook's id as context. */
  readonly sealedSecret: Sealed;
}

interface Documents {
  readonly connection: ConnectionDocument;
  readonly sourceConnection: SourceConnectionDocument;
  readonly targetConnection: TargetConnectionDocument;
  readonly flow: FlowDocument;
  readonly mappingSet: MappingSetDocument;
  readonly mappingSetVersion: MappingSetVersionDocument;
  readonly dataSet: DataSetDocument;
  readonly batch: BatchDocument;
  readonly webhook: WebhookDocument;
}

/** The body of a resource of a known kind. */
export function documentOf<K extends keyof Documents>(_kind: K, resource: Resource): Documents[K] {
  // Bodies of a kind are written as that kind's document and by nothing else.
  return resource.body as unknown as Documents[K];
}
