export type { Mapping } from './compile-mapping.ts';
export type { DescribedColumn, DescribeFileRequest, SampleFormat } from './describe-file-job.ts';
export { type Engine, type EngineOptions, MAX_PREVIEW_ROWS, openEngine } from './engine.ts';
export { EngineError, type EngineErrorKind } from './engine-error.ts';
export { DATA_FILE_BYTES } from './good-rows.ts';
export type { InspectedFile, InspectFileRequest } from './inspect-file-job.ts';
export type { LiveFile } from './live-files.ts';
export type { MergeRowsRequest, MergeRowsResult } from './merge-rows-job.ts';
export { leafField } from './parquet-fields.ts';
export type {
  KeysThatCame,
  PositionDeletesRequest,
  PositionDeletesResult,
  WrittenDeletes,
} from './position-deletes-job.ts';
export type { PreviewedRow, PreviewRequest, RowError } from './preview-job.ts';
export type { RewriteRowsRequest, RewriteRowsResult } from './rewrite-rows-job.ts';
export type {
  ColumnFigures,
  IdentityField,
  KeyedRows,
  KeysFile,
  RowErrorCount,
  StagedFile,
  StagedFileFormat,
  TargetField,
  TargetFieldType,
  TransformRequest,
  TransformResult,
  WrittenFile,
} from './transform.ts';
