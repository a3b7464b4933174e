export { type Append, stageAppend } from './append.ts';
export type { DataFile } from './data-file.ts';
export { currentDataFiles } from './data-files.ts';
export { evolveSchema, type SchemaChange } from './evolve-schema.ts';
export { type ExpiredSnapshots, expireSnapshots, type SnapshotExpiry } from './expire-snapshots.ts';
export { IcebergFormatError } from './fields.ts';
export {
  FileExistsError,
  type FileIO,
  FileNotFoundError,
  type FileRange,
  type FileStat,
  LocationError,
} from './file-io.ts';
export { type LocalCopies, type LocalCopiesOptions, localCopies } from './local-copies.ts';
export { type LocalFileIO, localFileIO } from './local-file-io.ts';
export { removeOldMetadata } from './metadata-log.ts';
export { type ColumnFigures, parquetDataFile, type WrittenParquetFile } from './metrics.ts';
export {
  POSITION_DELETE_FIELDS,
  positionDeleteFile,
  type WrittenPositionDeletes,
} from './position-deletes.ts';
export { type Rewrite, stageRewrite } from './rewrite.ts';
export { type RowDelta, stageRowDelta } from './row-delta.ts';
export { type S3LakeOptions, s3FileIO } from './s3-file-io.ts';
export { type FileScanTask, planScan } from './scan.ts';
export type {
  IcebergField,
  IcebergList,
  IcebergMap,
  IcebergSchema,
  IcebergStruct,
  IcebergType,
} from './schema.ts';
export { type SchemaProblem, schemaEvolutionProblems } from './schema-evolution.ts';
export type { Snapshot, SnapshotId, SnapshotSummary } from './snapshots.ts';
export type { StagedSnapshot } from './stage-snapshot.ts';
export { discardStaged, type StagedCommit } from './staged-files.ts';
export { strayMetadata } from './stray-metadata.ts';
export { createTable, type NewTable, readTable, type Table } from './table.ts';
export { type TableFigures, tableFigures } from './table-figures.ts';
export { currentSchema, type TableMetadata } from './table-metadata.ts';
export { RequirementError, type TableRequirement } from './table-update.ts';
export { writeVersionHint } from './version-hint.ts';
