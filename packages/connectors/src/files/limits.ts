/** What the files of a source may take at most. Each is told where it is reached. */
export interface FileLimits {
  /** Bytes that one file may become when it is decompressed. */
  readonly plainBytes: number;
  /** Bytes from which on decompressed content may be no larger than `expansion` times the compressed. */
  readonly expansionFrom: number;
  readonly expansion: number;
  /** Bytes of one file that are looked at to find its columns, decompressed. */
  readonly sampleBytes: number;
  /** Files that are looked at to find the columns of all. */
  readonly sampleFiles: number;
  /** Entries that are shown of one folder. */
  readonly folderEntries: number;
}

const MiB = 1024 * 1024;

export const FILE_LIMITS: FileLimits = {
  plainBytes: 1024 * 1024 * MiB,
  expansionFrom: 256 * MiB,
  expansion: 200,
  sampleBytes: 4 * MiB,
  sampleFiles: 5,
  folderEntries: 10_000,
};
