import { createInterface } from 'node:readline';
import type { StoredFile } from './stored-file.ts';

/** Rows in a sample of row errors. */
const SAMPLE_SIZE = 100;

/** The first rows of files of JSON lines; files that are gone have none. */
export async function sampleRows(
  files: readonly StoredFile[],
  limit = SAMPLE_SIZE,
): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for (const file of files) {
    if (rows.length >= limit) break;
    if ((await file.size()) === undefined) continue;
    const stream = await file.stream();
    for await (const line of createInterface({ input: stream })) {
      if (line !== '') rows.push(JSON.parse(line));
      if (rows.length >= limit) break;
    }
    stream.destroy();
  }
  return rows;
}
