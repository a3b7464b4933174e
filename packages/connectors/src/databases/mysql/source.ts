import type { Source } from '../../source.ts';
import { parseDatabaseParams } from '../database-params.ts';
import { createDatabaseSource, type DatabaseOptions } from '../source.ts';
import { mysql } from './dialect.ts';

const DEFAULT_PORT = 3306;

/**
 * A source over one MySQL or MariaDB server, whose databases are its schemas.
 *
 * @throws SourceError `refused` that names a wrong parameter and never its value.
 */
export function createMysqlSource(authSpecName: string, params: unknown, options?: DatabaseOptions): Source {
  return createDatabaseSource(mysql, parseDatabaseParams(DEFAULT_PORT, authSpecName, params), options);
}
