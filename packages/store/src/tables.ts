import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ItemFault } from './held-items.ts';

/** A timestamp column: read as Date, written as Date. PostgreSQL keeps microseconds, JavaScript gives milliseconds. */
type Timestamp = ColumnType<Date, Date, Date>;
/** A json or jsonb column: read as its value, written as JSON text. */
type Json = JSONColumnType<Record<string, unknown>, string, string>;
/** A column that the database derives from others. */
type Derived<T> = ColumnType<T, never, never>;

/** Columns that every row of a tenant's data begins with. */
interface Scoped {
  org_id: string;
  sandbox_id: string;
}

export interface Tables {
  organizations: { id: string; tenant_id: string; created_at: Timestamp };
  api_clients: { client_id: string; org_id: string; secret_hash: string; created_at: Timestamp };
  sandboxes: {
    org_id: string;
    id: string;
    name: string;
    title: string;
    type: string;
    state: string;
    is_default: boolean;
    version: number;
    created_at: Timestamp;
    updated_at: Timestamp;
    created_by: string;
    updated_by: string;
  };
  sandbox_leftovers: Scoped & { kind: string; name: string; not_before: Timestamp };
  sandbox_package_records: {
    org_id: string;
    kind: string;
    id: string;
    name: string;
    body: Json;
    version: number;
    created_at: Timestamp;
    updated_at: Timestamp;
    created_by: string;
    updated_by: string;
  };
  resources: Scoped & {
    kind: string;
    id: string;
    body: Json;
    version: number;
    etag: string;
    created_at: Timestamp;
    updated_at: Timestamp;
    created_by: string;
    updated_by: string;
    created_client: string;
    updated_client: string;
    /** Taken out of the body for lists (`indexed-properties.ts`). */
    title: Derived<string | null>;
    name: Derived<string | null>;
    edition: Derived<string | null>;
    class: Derived<string | null>;
    extended: Derived<unknown>;
    intended: Derived<unknown>;
    tags: Derived<unknown>;
  };
  resource_references: Scoped & { kind: string; id: string; via: string; target: string };
  table_pointers: Scoped & {
    dataset_id: string;
    location: string;
    metadata_location: string;
    updated_at: Timestamp;
    upkept_at: Generated<Date>;
    upkept_location: string | null;
    rows_expired_before: ColumnType<Date | null, Date | null, Date | null>;
  };
  watermarks: Scoped & {
    flow_id: string;
    delta_column: string | null;
    settled_up_to: ColumnType<Date | null, Date | null, Date | null>;
    up_to: ColumnType<Date | null, Date | null, Date | null>;
    change_token: string | null;
    unsettled_pages: JSONColumnType<unknown[], string, string>;
    columns: JSONColumnType<unknown[], string, string>;
    run_id: string;
    updated_at: Timestamp;
  };
  flow_schedules: Scoped & {
    flow_id: string;
    next_at: Timestamp;
    recurrence: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  };
  flow_runs: Scoped & {
    id: string;
    flow_id: string;
    state: string;
    etag: string;
    attempt: number;
    created_at: Timestamp;
    updated_at: Timestamp;
    started_at: ColumnType<Date | null, Date | null, Date | null>;
    completed_at: ColumnType<Date | null, Date | null, Date | null>;
    lease_owner: string | null;
    progress: Json;
  };
  run_partitions: Scoped & {
    run_id: string;
    id: string;
    position: number;
    settled: boolean;
    announced_rows: number | null;
    state: Json;
    is_staged: boolean;
    notice: string | null;
    item_name: string | null;
    item_version: string | null;
    change_token: string | null;
    connection_id: string | null;
    reader: string | null;
    read_until: ColumnType<Date | null, Date | null, Date | null>;
    problem: JSONColumnType<Record<string, unknown>, string | null, string | null> | null;
    held_back: JSONColumnType<ItemFault, string | null, string | null> | null;
  };
  events: Scoped & {
    id: string;
    type: string;
    flow_id: string;
    subject: string;
    occurred_at: Timestamp;
    data: Json;
  };
  event_deliveries: Scoped & {
    id: string;
    event_id: string;
    webhook_id: string;
    state: string;
    attempts: number;
    status: number | null;
    problem: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
    due_at: ColumnType<Date | null, Date | null, Date | null>;
  };
  landed_items: Scoped & { flow_id: string; name: string; version: string; run_id: string };
  held_items: Scoped & {
    flow_id: string;
    name: string;
    version: string;
    reading: string;
    is_passing: boolean;
    code: string;
    message: string;
    run_id: string;
    held_at: ColumnType<Date, Date, Date>;
  };
  flow_sources: Scoped & {
    flow_id: string;
    columns: JSONColumnType<unknown[], string, string>;
    refreshed_at: ColumnType<Date | null, Date | null, Date | null>;
    refresh_queued_at: ColumnType<Date | null, Date | null, Date | null>;
    run_id: string;
  };
  run_pages: Scoped & {
    run_id: string;
    partition_id: string;
    position: number;
    path: string;
    format: Json;
    announced_rows: number | null;
    bytes: number;
    next: string | null;
  };
}
