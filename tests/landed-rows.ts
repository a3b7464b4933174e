import { icebergRead } from 'icebird';
import { vi } from 'vitest';
import { fileFetch } from '../packages/lake/src/testing/file-fetch.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const { fetch } = globalThis;
/** The reader asks for files, which it cannot do by itself; whatever else is asked for meanwhile goes where it would have gone. */
vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) =>
  String(input).startsWith('file:') ? fileFetch(String(input)) : fetch(input, init),
);

/** Every row of a dataset, read from the lake by a reader that is not ours. */
// biome-ignore lint/suspicious/noExplicitAny: rows have their schema's shape, and tests assert on what they find
export async function landedRows(server: ServerUnderTest, dataSetId: string): Promise<Record<string, any>[]> {
  const { body } = await server.call('GET', `/data/foundation/catalog/dataSets/${dataSetId}`);
  const { tableLocation, metadataLocation } = body[dataSetId].extensions.tributary;
  return icebergRead({ tableUrl: tableLocation, metadataFileName: metadataLocation.split('/').at(-1) });
}

/** How often each row has landed, by `_id`. */
export async function landings(server: ServerUnderTest, dataSetId: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { _id } of await landedRows(server, dataSetId)) counts.set(_id, (counts.get(_id) ?? 0) + 1);
  return counts;
}
