import { localCopies } from '@tributary/lake';
import type { Lake } from '@tributary/runner';
import type { ClosingStack } from './closing-stack.ts';
import type { OpenPlace } from './open-place.ts';
import { processFolder } from './process-folder.ts';

export interface LakeOptions {
  /** Holds copies of what lies elsewhere; processes may share it. */
  readonly cacheFolder: string;
  /** Bytes of copies that are kept when nobody reads them. */
  readonly cacheBytes: number;
}

/** The lake, where its place is. */
export async function openLake(
  { io, root }: OpenPlace,
  { cacheFolder, cacheBytes }: LakeOptions,
  closing: ClosingStack,
): Promise<Lake> {
  const folder = await processFolder(cacheFolder, closing);
  return {
    io,
    copies: localCopies(io, { folder, maxBytes: cacheBytes }),
    tableLocation: ({ orgId, sandboxId }, dataSetId) =>
      `${root}/${orgId.replaceAll(/[^\w@.-]/g, '_')}/${sandboxId}/${dataSetId}`,
  };
}
