import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Tables } from '../tables.ts';
import { events } from './events.ts';
import { flowReferences } from './flow-references.ts';
import { gateAtRuns } from './gate-at-runs.ts';
import { heldItems } from './held-items.ts';
import { initial } from './initial.ts';
import { listIndexes } from './list-indexes.ts';
import { partitionReaders } from './partition-readers.ts';
import { refreshAttempts } from './refresh-attempts.ts';
import { retention } from './retention.ts';
import { rowExpiration } from './row-expiration.ts';
import { runsById } from './runs-by-id.ts';
import { sandboxPackages } from './sandbox-packages.ts';
import { sandboxRemoval } from './sandbox-removal.ts';
import { scheduleRecurrence } from './schedule-recurrence.ts';
import { sourcePositions } from './source-positions.ts';
import { takePartition } from './take-partition.ts';
import { workQueue } from './work-queue.ts';

/** Brings the schema up to date. Safe to call from several processes at once: Kysely takes a lock in the database. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: {
      getMigrations: async () => ({
        '0001-initial': { up: initial },
        '0002-list-indexes': { up: listIndexes },
        '0003-sandbox-removal': { up: sandboxRemoval },
        '0004-sandbox-packages': { up: sandboxPackages },
        '0005-source-positions': { up: sourcePositions },
        '0006-schedule-recurrence': { up: scheduleRecurrence },
        '0007-work-queue': { up: workQueue },
        '0008-events': { up: events },
        '0009-partition-readers': { up: partitionReaders },
        '0010-flow-references': { up: flowReferences },
        '0011-retention': { up: retention },
        '0012-refresh-attempts': { up: refreshAttempts },
        '0013-held-items': { up: heldItems },
        '0014-take-partition': { up: takePartition },
        '0015-row-expiration': { up: rowExpiration },
        '0016-gate-at-runs': { up: gateAtRuns },
        '0017-runs-by-id': { up: runsById },
      }),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
