import type { Source } from '../../source.ts';
import { type FileSourceSetup, openFileSource } from '../open-file-source.ts';
import { localFileStore } from './local-file-store.ts';
import { parseLocalFolderParams } from './params.ts';

/** A source over the files of a folder of this machine. */
export function createLocalFolderSource(
  authSpecName: string,
  params: unknown,
  setup: FileSourceSetup = {},
): Source {
  const { folder } = parseLocalFolderParams(authSpecName, params);
  return openFileSource(localFileStore({ folder, roots: setup.files?.roots ?? [] }), setup);
}
