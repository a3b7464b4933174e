export type {
  Page,
  Partition,
  ReadRequest,
  ReadWindow,
  Sink,
  Source,
  SourceErrorKind,
  StagedFormat,
  TableDescription,
  TableListing,
} from './source.ts';
export { SourceError } from './source.ts';
