import type { PGlite } from '@electric-sql/pglite';
import { CompiledQuery, type Kysely } from 'kysely';
import type pg from 'pg';
import { type Clock, type Db, fromKysely, PgBoss, systemClock } from 'pg-boss';
import type { Tables } from './tables.ts';

/*
 * The queue of what is to be done is pg-boss, on the store's own database: a job is sent in the transaction
 * that makes its work due, so that neither is ever there without the other. What a job means stays with
 * whoever sends it.
 */

/** What is to be done, by the name of its queue. */
export type WorkKind = 'flow-run' | 'partition-reading' | 'event-delivery' | 'upkeep';

/** A piece of work that is due. */
export interface Work {
  /** Two jobs of one kind with one key are never open at the same time. */
  readonly key: string;
  /** Whose work it is, for the queue to be fair between them. */
  readonly group: string;
  readonly data: Readonly<Record<string, string>>;
  readonly notBefore?: Date;
}

/** A job that this process works at, in one of its attempts: `id/attempt`. */
export type Claim = string & { readonly __brand: 'Claim' };

export interface ClaimedWork {
  readonly claim: Claim;
  readonly data: Readonly<Record<string, string>>;
}

export interface WorkQueue {
  /** Sends jobs with what `database` writes; one whose key has an open job already is not sent again. */
  send(database: Kysely<Tables>, kind: WorkKind, work: readonly Work[]): Promise<void>;
  /**
   * The next jobs that are due, `most` of them, and none that is one too many of its group, as far as others
   * do not claim at the same moment. With what `database` writes, where it is given.
   */
  claim(
    kind: WorkKind,
    most: number,
    mostOfAGroup?: number,
    database?: Kysely<Tables>,
  ): Promise<readonly ClaimedWork[]>;
  /** Tells that a claim is still worked at; false when it is not this worker's any more. */
  touch(kind: WorkKind, claim: Claim): Promise<boolean>;
  /** The work of these claims is done, as far as their jobs go. Does nothing for those that are lost. */
  settle(database: Kysely<Tables>, kind: WorkKind, claims: readonly Claim[]): Promise<void>;
  /**
   * Ends every claim. Only for a store that no other process can have open (the embedded one), at its start.
   */
  endClaims(kind: WorkKind): Promise<void>;
  stop(): Promise<void>;
}

/** A claim that is not touched for so long is given to another worker, once it is noticed. */
const HEARTBEAT_SECONDS = 30;
const SUPERVISION_SECONDS = 10;
/** pg-boss gives a job a day at most; then another worker goes on from where it stands. */
const LONGEST_CLAIM_SECONDS = 86_000;
/** How often workers may die of a job before it is given up; whoever sent it finds it gone and decides. */
const MOST_CLAIMS = 100;
/** Jobs that are done are of no use to anybody: what they did is told by what they did it to. */
const KEPT_DONE_SECONDS = 3_600;
/**
 * What is due stays due, however long nobody is there to do it; pg-boss would forget it after a fortnight.
 */
const KEPT_DUE_SECONDS = 10 * 365 * 86_400;

const kinds: readonly WorkKind[] = ['flow-run', 'partition-reading', 'event-delivery', 'upkeep'];

/** Opens the queue in a schema of its own, `pgboss`, which it makes and brings up to date. */
export async function openWorkQueue(
  db: Db,
  isEmbedded: boolean,
  clock: Clock = systemClock,
): Promise<WorkQueue> {
  const boss = new PgBoss({
    db,
    clock,
    backend: isEmbedded ? 'pglite' : 'postgres',
    schedule: false,
    registerInstance: false,
    reindex: !isEmbedded,
    monitorVacuum: false,
    superviseIntervalSeconds: SUPERVISION_SECONDS,
    monitorIntervalSeconds: SUPERVISION_SECONDS,
    openTelemetry: { enabled: false },
  });
  // What its upkeep could not do it does again; without a listener an error would end the process.
  boss.on('error', () => undefined);
  await boss.start();
  for (const kind of kinds) {
    await boss.createQueue(kind, {
      policy: 'exclusive',
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: LONGEST_CLAIM_SECONDS,
      retryLimit: MOST_CLAIMS,
      retryDelay: 0,
      deleteAfterSeconds: KEPT_DONE_SECONDS,
    });
  }
  return {
    async send(database, kind, work) {
      const jobs = work.map(({ key, group, data, notBefore }) => ({
        data,
        singletonKey: key,
        group: { id: group },
        retentionSeconds: KEPT_DUE_SECONDS,
        ...(notBefore === undefined ? {} : { startAfter: notBefore }),
      }));
      await boss.insert(kind, jobs, { db: fromKysely(database) });
    },

    async claim(kind, most, mostOfAGroup, database) {
      const jobs = await boss.fetch<Record<string, string>>(kind, {
        batchSize: most,
        ...(mostOfAGroup !== undefined && { groupConcurrency: mostOfAGroup }),
        ...(database && { db: fromKysely(database) }),
      });
      // The only place where a claim is made.
      return jobs.map(({ id, retryCount, data }) => ({ claim: `${id}/${retryCount}` as Claim, data }));
    },

    async touch(kind, claim) {
      // Its type tells nothing, its documentation does.
      const answer: { readonly affected?: number } = await boss.touch(kind, attemptOf(claim));
      return answer.affected === 1;
    },

    async settle(database, kind, claims) {
      if (claims.length === 0) return;
      await boss.complete(kind, claims.map(attemptOf), null, { db: fromKysely(database) });
    },

    async endClaims(kind) {
      const jobs = await boss.findJobs(kind, { limit: MOST_JOBS_LISTED });
      const active = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
      if (active.length > 0) await boss.fail(kind, active);
    },

    async stop() {
      await boss.stop({ graceful: false, close: false });
    },
  };
}

const MOST_JOBS_LISTED = 100_000;

function attemptOf(claim: Claim): { id: string; retryCount: number } {
  const slash = claim.indexOf('/');
  return { id: claim.slice(0, slash), retryCount: Number(claim.slice(slash + 1)) };
}

/**
 * The embedded store has one connection, which Kysely keeps in turn: between the two of a transaction nobody
 * comes in.
 */
export function embeddedDb(database: Kysely<Tables>, pglite: PGlite): Db {
  return {
    async setSessionStatements(statements) {
      await database.connection().execute(() => pglite.exec(statements.join(';')));
    },
    async executeSql(text, values) {
      if (values !== undefined && values.length > 0) {
        const { rows } = await database.executeQuery(CompiledQuery.raw(text, values));
        return { rows: [...rows] };
      }
      // Texts without values may hold several statements, which the protocol with values does not take.
      return database.connection().execute(async () => {
        try {
          const results = await pglite.exec(text);
          return { rows: results.flatMap(({ rows }) => rows) };
        } catch (error) {
          // A statement that fails within a transaction of the text's own must not leave it to the next.
          await pglite.exec('rollback').catch(() => undefined);
          throw error;
        }
      });
    },
  };
}

/** A pool's connections, one for each text: statements without values may come as one text. */
export function serverDb(pool: pg.Pool): Db {
  return {
    async executeSql(text, values) {
      const client = await pool.connect();
      try {
        const result: pg.QueryResult | pg.QueryResult[] = await client.query(text, values);
        return { rows: Array.isArray(result) ? result.flatMap(({ rows }) => rows) : result.rows };
      } catch (error) {
        // A statement that fails within a transaction of the text's own must not leave it to the next.
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
  };
}
