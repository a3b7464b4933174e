export type { ColumnType, SourceColumn } from './columns.ts';
export type {
  ArrayNode,
  Constraints,
  MapNode,
  ObjectNode,
  ScalarNode,
  XdmNode,
  XdmScalarType,
} from './node.ts';
