import { createReadStream } from 'node:fs';
import { rmdir, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import type { TransformResult } from '@tributary/engine';
import { FileNotFoundError, type FileRange } from '@tributary/lake';
import { keepsDiagnostics } from './batch-document.ts';
import { DataFolder } from './data-folder.ts';
import { type KeptPlaces, keptName, placeOf } from './kept-files.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { type ScratchFolders, scratchOf } from './scratch-folders.ts';
import type { Attempt } from './services.ts';

/** Where rows lie that did not land, apart by their batches. */
export interface Diagnostics {
  /**
   * A folder for files of a batch; where they are not kept on this machine, it is made as scratch of a name.
   */
  folder(batchId: string, scratchName: string): Promise<DataFolder>;
  /** What the batch calls a file that was placed from there. */
  nameOf(location: string): string;
  /** Bytes of a file, by the name that its batch has; undefined where it is gone. */
  size(name: string): Promise<number | undefined>;
  /** The content, or a range of it, as it comes. Rejects, or fails as it comes, where the file is gone. */
  stream(name: string, range?: FileRange): Promise<Readable>;
  remove(batchId: string): Promise<void>;
  /** Removes what processes left that died while they wrote. */
  sweep(begunBefore: Date): Promise<void>;
}

/** New rows that did not land lie in the first of the places; those of before are found in the others. */
export function diagnosticsArea(places: KeptPlaces, scratch: ScratchFolders): Diagnostics {
  const [current] = places;
  return {
    folder: (batchId, scratchName) =>
      DataFolder.at({ io: current.io, scratch }, `${current.diagnostics}/${batchId}`, scratchName),

    nameOf: (location) => keptName(current, location),

    async size(name) {
      if (isAbsolute(name)) return sizeOfPath(name);
      return (await placeOf(places, name)?.io.stat(name))?.size;
    },

    async stream(name, range) {
      if (isAbsolute(name)) return createReadStream(name, range ?? {});
      const place = placeOf(places, name);
      if (place === undefined) throw new FileNotFoundError(name);
      return place.io.stream(name, range);
    },

    async remove(batchId) {
      for (const { io, diagnostics } of places) await io.removeFolder(`${diagnostics}/${batchId}`);
    },

    async sweep(begunBefore) {
      for (const { io, diagnostics } of places) await io.removeUnfinished(diagnostics, begunBefore);
    },
  };
}

async function sizeOfPath(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Has the rows that fail kept for their batch, unless the flow keeps none; the result names them as they are
 * kept.
 */
export async function withDiagnostics(
  attempt: Attempt,
  prepared: PreparedFlow,
  batchId: string,
  transform: (directory: string) => Promise<TransformResult>,
): Promise<TransformResult> {
  const { scratch, diagnostics } = attempt.services;
  if (!keepsDiagnostics(prepared)) {
    const result = await transform(await scratch.make(scratchOf(attempt)));
    return { ...result, diagnosticsFiles: [] };
  }
  const folder = await diagnostics.folder(batchId, scratchOf(attempt));
  try {
    const result = await transform(folder.path);
    // A folder without files would stay: nobody names it.
    if (result.diagnosticsFiles.length === 0) await rmdir(folder.path).catch(() => undefined);
    const files = await folder.place(result.diagnosticsFiles.map((path) => ({ path })));
    return { ...result, diagnosticsFiles: files.map(({ location }) => diagnostics.nameOf(location)) };
  } finally {
    await folder.leave();
  }
}
