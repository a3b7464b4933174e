import type { Faults } from '../../faults.ts';
import type { Sessions } from '../../sessions.ts';
import type { Usage } from '../../usage.ts';
import type { BulkJobs } from '../bulk-jobs.ts';
import type { ConnectedApp } from '../connected-app.ts';
import type { Org } from '../org.ts';
import type { Trouble } from '../trouble.ts';

export interface Latency {
  /** Milliseconds that every request to the org waits before it is served. */
  readonly requestMs: number;
  /** Milliseconds from a bulk job's creation to its end. */
  readonly bulkJobMs: number;
}

/** All that the routes share. */
export interface Context {
  readonly org: Org;
  readonly sessions: Sessions;
  readonly connectedApp: ConnectedApp;
  readonly jobs: BulkJobs;
  readonly faults: Faults<Trouble>;
  readonly usage: Usage;
  readonly latency: Latency;
  /** Rows in one page of bulk results where the client names no number. */
  readonly bulkPageRows: number;
  /** The emulator's own address, without a slash at the end; known once it listens. */
  url(): string;
}

/** The running user and the org, as the ids of their kinds. */
export const USER_ID = '005Tb000000GmaBIAS';
export const ORGANIZATION_ID = '00DTb000000GmaBMAS';

export const OLDEST_VERSION = 31;
export const NEWEST_VERSION = 66;
