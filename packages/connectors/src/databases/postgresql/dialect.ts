import { parseJson } from '../../json.ts';
import {
  type DatabaseColumn,
  type DatabaseSession,
  type Dialect,
  QUOTE,
  type TextSelect,
} from '../dialect.ts';
import { describePostgresTable, TABLES_QUERY } from './catalog.ts';
import { quoteName } from './columns.ts';
import { postgresFailureOf } from './errors.ts';
import { openPostgresSession } from './session.ts';

/**
 * A standby shows what it has replayed: its clock stands where the last transaction that it has replayed was committed.
 * Before there is any, at the checkpoint that it was started from.
 */
const CLOCK_QUERY = `
  SELECT (extract(epoch FROM CASE
    WHEN pg_is_in_recovery()
    THEN coalesce(pg_last_xact_replay_timestamp(), (SELECT checkpoint_time FROM pg_control_checkpoint()))
    ELSE clock_timestamp()
  END) * 1000)::bigint AS milliseconds`;

export const postgresql: Dialect = {
  name: 'PostgreSQL',
  open: openPostgresSession,
  failureOf: postgresFailureOf,
  tablesQuery: TABLES_QUERY,
  clockQuery: CLOCK_QUERY,
  describe: describePostgresTable,
  estimate: estimateRows,
  textSelect,
  quoteName,
};

/** The server writes the text itself. Of a lone column every value is quoted that may be empty: an empty line is no row. */
function textSelect(columns: readonly DatabaseColumn[], from: string): TextSelect {
  const values = columns.map(({ column, text }) => `${text} AS ${quoteName(column.name)}`);
  const [only, ...others] = columns;
  const quoted = only?.isPlain || others.length > 0 ? '' : ', FORCE_QUOTE *';
  return {
    sql: `COPY (SELECT ${values.join(', ')} ${from}) TO STDOUT (FORMAT csv, HEADER true, QUOTE '${QUOTE}', NULL '\\N', ENCODING 'UTF8'${quoted})`,
    header: columns.map(({ column }) => column.name),
  };
}

/** The planner's own guess (EXPLAIN). */
async function estimateRows(session: DatabaseSession, select: string): Promise<number> {
  const [row] = await session.rows(`EXPLAIN (FORMAT JSON) ${select}`);
  // The shape of a plan is the server's.
  const plan = parseJson(row?.['QUERY PLAN'] ?? '') as [{ Plan?: { 'Plan Rows'?: number } }] | undefined;
  return plan?.[0]?.Plan?.['Plan Rows'] ?? 0;
}
