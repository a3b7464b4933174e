import {
  type DatabaseColumn,
  type DatabaseSession,
  type Dialect,
  QUOTE,
  type TextSelect,
} from '../dialect.ts';
import { describeMysqlTable, TABLES_QUERY } from './catalog.ts';
import { quoteName } from './columns.ts';
import { mysqlFailureOf } from './errors.ts';
import { openMysqlSession } from './session.ts';

/** MySQL and MariaDB. */
export const mysql: Dialect = {
  name: 'MySQL',
  open: openMysqlSession,
  failureOf: mysqlFailureOf,
  tablesQuery: TABLES_QUERY,
  clockQuery: 'SELECT FLOOR(UNIX_TIMESTAMP(NOW(6)) * 1000) AS milliseconds',
  describe: describeMysqlTable,
  estimate: estimateRows,
  textSelect,
  quoteName,
};

/** Neither server sends rows as delimited text, so a query makes it: each row one text, that is passed on as it is. */
function textSelect(columns: readonly DatabaseColumn[], from: string): TextSelect {
  const fields = columns.map(({ column, text, isPlain }) =>
    isPlain ? `IFNULL(${text}, '\\N')` : quotedField(quoteName(column.name), text),
  );
  return {
    sql: `SELECT CONCAT(${fields.join(`, ',', `)}) ${from}`,
    header: columns.map(({ column }) => column.name),
  };
}

/**
 * The server makes null of a text that is longer than it may send. So it is the column that tells whether there is a value: the
 * null of a text makes one of the whole row, which is told.
 */
function quotedField(column: string, text: string): string {
  return `IF(${column} IS NULL, '\\N', CONCAT('${QUOTE}', REPLACE(${text}, '${QUOTE}', '${QUOTE}${QUOTE}'), '${QUOTE}'))`;
}

/** The optimiser's own guess of the rows that it will look at (EXPLAIN). */
async function estimateRows(session: DatabaseSession, select: string): Promise<number> {
  const plan = await session.rows(`EXPLAIN ${select}`);
  return Math.max(0, ...plan.map(({ rows }) => Number(rows ?? 0)));
}
