import type { OutboundClient } from '../outbound/client.ts';
import type { Source } from '../source.ts';
import type { FileInspector } from './file-inspector.ts';
import { type GivenFileSelection, parseFileSelection } from './file-selection.ts';
import type { FileStore } from './file-store.ts';
import { createFileSource } from './source.ts';

/** What the composition root plugs into sources of files. */
export interface FileServices {
  readonly inspector: FileInspector;
  /** The folders of this machine that files may be read from, absolute. */
  readonly roots: readonly string[];
}

/** What a source of files is made of, besides its store. */
export interface FileSourceSetup {
  readonly files?: FileServices;
  /** What a source connection says; undefined where a base connection is explored. */
  readonly selection?: GivenFileSelection;
  readonly outbound?: OutboundClient;
}

/**
 * A source over a store of files.
 *
 * @throws SourceError `invalid` where the selection names no files, or no way to read them.
 */
export function openFileSource(store: FileStore, { files, selection, outbound }: FileSourceSetup): Source {
  if (files === undefined) throw new Error('a source of files needs an inspector of files');
  return createFileSource(store, {
    inspector: files.inspector,
    selection: selection && parseFileSelection(selection),
    ...(outbound && { retry: outbound.retry }),
  });
}
