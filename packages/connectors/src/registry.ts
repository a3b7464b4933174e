import mysqlSpec from './databases/mysql/connection-spec.json' with { type: 'json' };
import mariadbSpec from './databases/mysql/mariadb-connection-spec.json' with { type: 'json' };
import { createMysqlSource } from './databases/mysql/source.ts';
import postgresqlSpec from './databases/postgresql/connection-spec.json' with { type: 'json' };
import { createPostgresqlSource } from './databases/postgresql/source.ts';
import dynamicsSpec from './dynamics/connection-spec.json' with { type: 'json' };
import { parseDynamicsParams } from './dynamics/params.ts';
import { createDynamicsSource } from './dynamics/source.ts';
import localFolderSpec from './files/local/connection-spec.json' with { type: 'json' };
import { createLocalFolderSource } from './files/local/source.ts';
import type { FileSourceSetup } from './files/open-file-source.ts';
import s3Spec from './files/s3/connection-spec.json' with { type: 'json' };
import { createS3Source } from './files/s3/source.ts';
import sftpSpec from './files/sftp/connection-spec.json' with { type: 'json' };
import { createSftpSource } from './files/sftp/source.ts';
import salesforceSpec from './salesforce/connection-spec.json' with { type: 'json' };
import { parseSalesforceParams } from './salesforce/params.ts';
import { createSalesforceSource, type SalesforceOptions } from './salesforce/source.ts';
import type { Source } from './source.ts';

/** What every source may be given besides its parameters. */
export type SourceOptions = Pick<SalesforceOptions, 'outbound' | 'keepAuthParams'> &
  Pick<FileSourceSetup, 'files' | 'selection'>;

/** A connection spec that rows can be read through. */
export interface SourceEntry {
  readonly connectionSpecId: string;
  readonly name: string;
  /**
   * Makes a source of a base connection's `auth`. Nothing is called yet.
   *
   * @throws SourceError `refused` that names a wrong parameter and never its value.
   */
  create(authSpecName: string, params: unknown, options?: SourceOptions): Source;
}

const entries: SourceEntry[] = [
  {
    connectionSpecId: salesforceSpec.id,
    name: salesforceSpec.attributes.connectorName,
    create: (authSpecName, params, options) =>
      createSalesforceSource(parseSalesforceParams(authSpecName, params), options),
  },
  {
    connectionSpecId: dynamicsSpec.id,
    name: dynamicsSpec.attributes.connectorName,
    create: (authSpecName, params, options) =>
      createDynamicsSource(parseDynamicsParams(authSpecName, params), options),
  },
  {
    connectionSpecId: postgresqlSpec.id,
    name: postgresqlSpec.attributes.connectorName,
    create: createPostgresqlSource,
  },
  {
    connectionSpecId: mysqlSpec.id,
    name: mysqlSpec.attributes.connectorName,
    create: createMysqlSource,
  },
  {
    connectionSpecId: mariadbSpec.id,
    name: mariadbSpec.attributes.connectorName,
    create: createMysqlSource,
  },
  {
    connectionSpecId: localFolderSpec.id,
    name: localFolderSpec.attributes.connectorName,
    create: createLocalFolderSource,
  },
  {
    connectionSpecId: s3Spec.id,
    name: s3Spec.attributes.connectorName,
    create: createS3Source,
  },
  {
    connectionSpecId: sftpSpec.id,
    name: sftpSpec.attributes.connectorName,
    create: createSftpSource,
  },
];

/** Every connection spec that can be read. */
export const sources: readonly SourceEntry[] = entries;

/** Has a connection spec be read; see `addSource`. */
export function addSourceEntry(entry: SourceEntry): void {
  entries.push(entry);
}

/** The source behind a connection spec; undefined where nothing can be read through it. */
export function sourceFor(connectionSpecId: string): SourceEntry | undefined {
  return sources.find((entry) => entry.connectionSpecId === connectionSpecId);
}

/** A source for a base connection; undefined where nothing can be read through its connection spec. */
export function createSource(
  connectionSpecId: string,
  authSpecName: string,
  params: unknown,
  options?: SourceOptions,
): Source | undefined {
  return sourceFor(connectionSpecId)?.create(authSpecName, params, options);
}
