/** How files are compressed, in the platform's words (`compressionType`) and beside them those of newer tools. */
export const COMPRESSIONS = [
  'none',
  'gzip',
  'deflate',
  'zipDeflate',
  'tar',
  'tarGzip',
  'bzip2',
  'zstd',
  'brotli',
] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** How the files of a selection are to be read. */
export type FileFormat = DelimitedFiles | JsonFiles | ParquetFiles;

/** What text files have in common. */
interface TextFiles {
  /** A label of the WHATWG Encoding Standard. */
  readonly encoding: string;
  /** Undefined: as the ending of a file's name tells. */
  readonly compression: Compression | undefined;
}

export interface DelimitedFiles extends TextFiles {
  readonly kind: 'delimited';
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly hasHeader: boolean;
  readonly nullText: string;
}

/** One object a line, or one document, whichever a file turns out to hold. */
export interface JsonFiles extends TextFiles {
  readonly kind: 'json';
}

export interface ParquetFiles {
  readonly kind: 'parquet';
}

export const DEFAULT_ENCODING = 'utf-8';

export const DEFAULT_DELIMITED: DelimitedFiles = {
  kind: 'delimited',
  delimiter: ',',
  quote: '"',
  escape: '"',
  hasHeader: true,
  nullText: '',
  encoding: DEFAULT_ENCODING,
  compression: undefined,
};

const BY_ENDING: readonly (readonly [ending: RegExp, compression: Compression])[] = [
  [/\.(tar\.gz|tgz)$/i, 'tarGzip'],
  [/\.tar$/i, 'tar'],
  [/\.(gz|gzip)$/i, 'gzip'],
  [/\.zip$/i, 'zipDeflate'],
  [/\.(bz2|bzip2)$/i, 'bzip2'],
  [/\.(zst|zstd)$/i, 'zstd'],
  [/\.br$/i, 'brotli'],
  [/\.(deflate|zz)$/i, 'deflate'],
];

/** How a file is compressed, as its name tells. */
export function compressionOf(path: string): Compression {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? 'none';
}

/** The format that a file's name tells of, for whoever asks before a source connection says it. */
export function formatOf(path: string): FileFormat {
  const [ending] = BY_ENDING.find(([compressed]) => compressed.test(path)) ?? [];
  const name = ending === undefined ? path : path.replace(ending, '');
  if (/\.(parquet|parq|pq)$/i.test(name)) return { kind: 'parquet' };
  if (/\.(json|jsonl|ndjson)$/i.test(name)) {
    return { kind: 'json', encoding: DEFAULT_ENCODING, compression: undefined };
  }
  return /\.(tsv|tab)$/i.test(name) ? { ...DEFAULT_DELIMITED, delimiter: '\t' } : DEFAULT_DELIMITED;
}
