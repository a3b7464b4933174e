import type { Source } from '../../source.ts';
import { parseDatabaseParams } from '../database-params.ts';
import { createDatabaseSource, type DatabaseOptions } from '../source.ts';
import { postgresql } from './dialect.ts';

const DEFAULT_PORT = 5432;

/**
 * A source over one PostgreSQL database.
 *
 * @throws SourceError `refused` that names a wrong parameter and never its value.
 */
export function createPostgresqlSource(
  authSpecName: string,
  params: unknown,
  options?: DatabaseOptions,
): Source {
  return createDatabaseSource(postgresql, parseDatabaseParams(DEFAULT_PORT, authSpecName, params), options);
}
