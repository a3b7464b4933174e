import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError, type SampleFormat } from '@tributary/engine';
import type { ProposalColumn } from '@tributary/xdm';
import { Problem } from '../../http/problem.ts';
import type { Dependencies } from '../dependencies.ts';

/** Formats of samples by media type. */
export const SAMPLE_TYPES: Readonly<Record<string, SampleFormat>> = {
  'text/csv': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'json',
  'application/vnd.apache.parquet': 'parquet',
  'application/x-parquet': 'parquet',
};

/** Bytes up to this one show nothing in a text. */
const SPACE = 0x20;

/**
 * The columns of a sample of rows, with figures of all of them. The sample is kept in a file of its own while it is read.
 * @throws {Problem} for a body that is not of its format, or holds no columns
 */
export async function sampleColumns(
  { engine }: Pick<Dependencies, 'engine'>,
  sample: Uint8Array,
  format: SampleFormat,
): Promise<readonly ProposalColumn[]> {
  // Of nothing at all, CSV readers make a column.
  if (sample.every((byte) => byte <= SPACE)) return [];
  const folder = await mkdtemp(join(tmpdir(), 'tributary-sample-'));
  try {
    const path = join(folder, `sample.${format}`);
    await writeFile(path, sample);
    const columns = await engine.describeFile({ path, format });
    return columns.map(({ name, type, digits, ...figures }) => ({
      name,
      type,
      ...(digits && { digits }),
      figures,
    }));
  } catch (error) {
    if (error instanceof EngineError && error.kind !== 'crashed' && error.kind !== 'closed') {
      throw new Problem('invalidBody', `The sample cannot be read as ${format}: ${error.message}`, {
        violations: [{ path: '', message: `expected rows as ${format}` }],
        cause: error,
      });
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
