import type { Faults } from '../../faults.ts';
import type { Sessions } from '../../sessions.ts';
import type { Usage } from '../../usage.ts';
import type { Environment } from '../environment.ts';
import type { Trouble } from '../trouble.ts';

/** All that the routes share. */
export interface Context {
  readonly environment: Environment;
  readonly sessions: Sessions;
  readonly faults: Faults<Trouble>;
  readonly usage: Usage;
  /** Milliseconds that every request waits before it is served. */
  readonly requestMs: number;
  /** Requests that one token may send in five minutes of real time. */
  readonly requestsPerFiveMinutes: number;
  /** The emulator's own address, without a slash at the end; known once it listens. */
  url(): string;
}

export const API_VERSIONS = ['v9.0', 'v9.1', 'v9.2'];
export const ORGANIZATION_ID = '883278f5-07af-45eb-a0bc-3fea67caa544';
export const BUSINESS_UNIT_ID = '38e0dbe4-131b-e111-ba7e-78e7d1620f5e';
