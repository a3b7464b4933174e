import { OutboundClient } from '../../outbound/client.ts';
import type { Source } from '../../source.ts';
import { type FileSourceSetup, openFileSource } from '../open-file-source.ts';
import { parseS3Params } from './params.ts';
import { createS3FileStore } from './s3-file-store.ts';

/** A source over the files of S3-compatible buckets. */
export function createS3Source(authSpecName: string, params: unknown, setup: FileSourceSetup = {}): Source {
  const { outbound = new OutboundClient() } = setup;
  return openFileSource(createS3FileStore(parseS3Params(authSpecName, params), outbound), setup);
}
