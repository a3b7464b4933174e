export type {
  IcebergField,
  IcebergList,
  IcebergMap,
  IcebergSchema,
  IcebergStruct,
  IcebergType,
} from './schema.ts';
