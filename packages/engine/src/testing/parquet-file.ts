import { DuckDBInstance } from '@duckdb/node-api';
import { quoteLiteral } from '@tributary/data-prep';

/** Writes what a query selects as a Parquet file. */
export async function writeParquet(path: string, select: string, options = ''): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT parquet${options})`);
  connection.closeSync();
  instance.closeSync();
}
