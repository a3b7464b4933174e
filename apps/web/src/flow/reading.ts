import type { FieldValues } from '../spec/spec-fields.ts';

/** What people type for a tab, which no field takes. */
const TYPED_TAB = '\\t';

/**
 * How files are read, as far as the ending of their path tells; what holds of compression the server finds by
 * itself.
 */
export function readingOf(path: string): FieldValues {
  const name = path.toLowerCase().replace(/\.(gz|gzip|bz2|bzip2|zst|zstd|br|deflate|zz|zip|tgz|tar)$/, '');
  if (/\.(parquet|parq|pq)$/.test(name)) return { fileType: 'parquet' };
  if (/\.(json|jsonl|ndjson)$/.test(name)) return { fileType: 'json' };
  return /\.(tsv|tab)$/.test(name)
    ? { fileType: 'delimited', columnDelimiter: TYPED_TAB }
    : { fileType: 'delimited' };
}

/** The params that the server takes. */
export function withTabs(reading: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return reading.columnDelimiter === TYPED_TAB ? { ...reading, columnDelimiter: '\t' } : reading;
}
