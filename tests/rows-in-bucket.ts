import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ServerUnderTest } from './server-under-test.ts';

const PYTHON = fileURLToPath(new URL('../.cache/python/bin/python', import.meta.url));
const READ_BUCKET = fileURLToPath(new URL('./python/read_bucket.py', import.meta.url));

/** Where a dataset's table lies. */
export async function tableOf(
  server: ServerUnderTest,
  dataSetId: string,
): Promise<{ tableLocation: string; metadataLocation: string }> {
  const { body } = await server.call('GET', `/data/foundation/catalog/dataSets/${dataSetId}`);
  return body[dataSetId].extensions.tributary;
}

/**
 * The ids of all rows of a dataset, sorted, as a reader that is not ours finds them in the bucket that
 * `reach` tells.
 */
export async function landedIds(
  server: ServerUnderTest,
  dataSetId: string,
  reach: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { metadataLocation } = await tableOf(server, dataSetId);
  const { stdout } = await promisify(execFile)(PYTHON, [READ_BUCKET, metadataLocation, '_id'], {
    env: { ...process.env, ...reach },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout)
    .map(({ _id }: { _id: string }) => _id)
    .sort();
}
