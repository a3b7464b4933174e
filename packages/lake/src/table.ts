import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { IcebergFormatError } from './fields.ts';
import type { FileIO } from './file-io.ts';
import type { IcebergSchema } from './schema.ts';
import { readSchema } from './schema-json.ts';
import { newTableMetadata, type TableMetadata } from './table-metadata.ts';
import { tableMetadataFromJson, tableMetadataToJson } from './table-metadata-json.ts';

/** A table as of one metadata file. The catalog's pointer to that file is what makes it current. */
export interface Table {
  readonly metadata: TableMetadata;
  readonly metadataLocation: string;
}

export interface NewTable {
  /** The table's folder, without a slash at its end. */
  readonly location: string;
  readonly schema: IcebergSchema;
  readonly properties?: Readonly<Record<string, string>>;
  readonly now: Date;
}

/**
 * Writes the first metadata file of a table without a snapshot. The table exists once the caller has put
 * `metadataLocation` in its catalog. Throws `IcebergFormatError` where the schema is not a valid one.
 */
export async function createTable(io: FileIO, table: NewTable): Promise<Table> {
  if (table.location.endsWith('/')) throw new IcebergFormatError('location', 'must not end in a slash');
  const metadata = newTableMetadata({
    location: table.location,
    schema: readSchema(table.schema),
    properties: table.properties ?? {},
    now: table.now,
  });
  const metadataLocation = metadataLocationOf(metadata, 0);
  await writeTableMetadata(io, metadata, metadataLocation);
  return { metadata, metadataLocation };
}

const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

/**
 * Reads a table from its metadata file, gzip or plain. Throws `FileNotFoundError`, or `IcebergFormatError`
 * naming the field that breaks the spec or is not served.
 */
export async function readTable(io: FileIO, metadataLocation: string): Promise<Table> {
  const content = await io.read(metadataLocation);
  const isGzip = content.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
  const text = (isGzip ? gunzipSync(content) : content).toString('utf8');
  return { metadata: tableMetadataFromJson(text), metadataLocation };
}

/** Where the metadata that follows a table's current metadata belongs. */
export function nextMetadataLocation(table: Table): string {
  const version = /\/(\d+)-[^/]*\.metadata\.json$/.exec(table.metadataLocation)?.[1];
  return metadataLocationOf(table.metadata, Number(version ?? 0) + 1);
}

export async function writeTableMetadata(
  io: Pick<FileIO, 'write'>,
  metadata: TableMetadata,
  location: string,
): Promise<void> {
  await io.write(location, Buffer.from(tableMetadataToJson(metadata), 'utf8'));
}

/** Manifests, manifest lists and table metadata lie here. */
export function metadataFolder(metadata: TableMetadata): string {
  return `${metadata.location.replace(/\/$/, '')}/metadata`;
}

/** `<version>-<uuid>.metadata.json` (spec, "Metastore Tables"): two writers of one version never meet. */
function metadataLocationOf(metadata: TableMetadata, version: number): string {
  return `${metadataFolder(metadata)}/${String(version).padStart(5, '0')}-${randomUUID()}.metadata.json`;
}
