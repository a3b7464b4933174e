import { open, stat } from 'node:fs/promises';
import { readHeader } from './csv-header.ts';
import { EngineError } from './engine-error.ts';
import type { JsonPageFormat, StagedFile } from './transform.ts';

export interface CsvLayout {
  readonly kind: 'csv';
  readonly path: string;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
}

export interface JsonPageLayout extends JsonPageFormat {
  readonly path: string;
  readonly bytes: number;
}

/** A staged file with what must be known of its inside before SQL can be written for it. */
export type FileLayout = CsvLayout | JsonPageLayout;

/** Looks into each file, in order. CSV files without a byte hold no rows and are left out. */
export async function readLayouts(files: readonly StagedFile[]): Promise<readonly FileLayout[]> {
  const layouts: FileLayout[] = [];
  for (const file of files) {
    const layout = await readLayout(file).catch((error: unknown) => {
      if (error instanceof EngineError) throw error;
      throw new EngineError('unreadable', `The staged file ${file.path} can't be opened.`, { cause: error });
    });
    if (layout !== undefined) layouts.push(layout);
  }
  return layouts;
}

async function readLayout({ path, format }: StagedFile): Promise<FileLayout | undefined> {
  if (format.kind === 'csv') {
    const header = await readHeader(path);
    if (header === undefined) return undefined;
    if (!(await endsInLineEnd(path))) {
      throw new EngineError(
        'unreadable',
        `The staged file ${path} is cut off: its last record has no line end.`,
      );
    }
    return { kind: 'csv', path, header };
  }
  if (format.kind !== 'json-page')
    throw new EngineError('invalid', `The staged file ${path} has a format that is not read yet.`);
  const { size } = await stat(path);
  if (size === 0) throw new EngineError('unreadable', `The staged page ${path} is empty.`);
  return { ...format, path, bytes: size };
}

/** A record that is cut off between two fields, or within a doubled quote, looks whole but for its line end. */
async function endsInLineEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === '\n';
  } finally {
    await file.close();
  }
}
