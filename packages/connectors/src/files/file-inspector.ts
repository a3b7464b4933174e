import type { SourceColumn } from '@tributary/xdm';
import type { StagedFormat } from '../source.ts';

/** A part of a file's bytes and where in the file they stand. */
export interface SamplePiece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What of a file is looked at. What lies between its pieces is not there. */
export interface FileSample {
  /** What people know the file by. */
  readonly name: string;
  readonly format: StagedFormat;
  readonly pieces: AsyncIterable<SamplePiece>;
}

export interface InspectedSample {
  readonly columns: readonly SourceColumn[];
  /** The first rows, as JSON values by column name, without nulls. */
  readonly rows: readonly Record<string, unknown>[];
}

/** Looks into files as runs read them: rows are not read here. */
export interface FileInspector {
  /** @throws SourceError `invalid` that names the file, where it is not of its format. */
  inspect(sample: FileSample, rows: number, signal?: AbortSignal): Promise<InspectedSample>;
}
