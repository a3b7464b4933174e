import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type StoredFile, sizeOf } from './stored-file.ts';

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
    if ((await sizeOf(file)) === undefined) continue;
    const stream = createReadStream(file.path, 'utf8');
    for await (const line of createInterface({ input: stream })) {
      if (line !== '') rows.push(JSON.parse(line));
      if (rows.length >= limit) break;
    }
    stream.destroy();
  }
  return rows;
}
