export type {
  ColumnFigures,
  RowErrorCount,
  StagedFile,
  TargetField,
  TargetFieldType,
  TransformRequest,
  TransformResult,
  WrittenFile,
} from './transform.ts';
