/** A file as its store lists it. */
export interface StoredFile {
  /** From the root of the store, its parts joined by `/`; neither begins nor ends with one. */
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: Date;
  /**
   * The store's own mark of the content, such as an ETag; undefined where it has none. Size and time of change count beside
   * it, so it need not tell everything.
   */
  readonly version: string | undefined;
}

/** A part of a path below which there are files. */
export interface StoredFolder {
  readonly path: string;
}

/** What lies directly in one folder. */
export type FolderEntry =
  | ({ readonly kind: 'file' } & StoredFile)
  | ({ readonly kind: 'folder' } & StoredFolder);

/** A file that is being read: what it was when it was opened, and its bytes as they lie there. */
export interface OpenedFile {
  readonly file: StoredFile;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A place that holds files. Paths are texts from people and from the store itself: a store refuses what leads out of
 * its root (`..`, links) rather than follow it. Every method rejects with a `SourceError`: `refused` where credentials
 * or rights are wrong, `invalid` where a path cannot be, `busy` where a later attempt may succeed.
 */
export interface FileStore {
  /** Proves that the store can be reached and listed. */
  check(signal?: AbortSignal): Promise<void>;
  /**
   * All files below a folder, those in its sub-folders too, in any order; none where there is no such folder. The empty
   * path is the root. Links are not followed. Memory does not grow with the number of files.
   */
  list(folder: string, signal?: AbortSignal): AsyncIterable<StoredFile>;
  /** What lies directly in a folder, in any order; none where there is no such folder. The empty path is the root. */
  browse(folder: string, signal?: AbortSignal): AsyncIterable<FolderEntry>;
  /** A file as it stands now; undefined where there is none of that path. */
  stat(path: string, signal?: AbortSignal): Promise<StoredFile | undefined>;
  /**
   * Opens a file, to be read from the byte `from` on, counted from zero and never beyond its size; undefined where there is
   * none of that path. Letting go of the body early (`return`) or aborting the signal frees what it holds. A body that breaks
   * off rejects with `busy`: the caller decides whether and from where it is opened again.
   */
  open(path: string, from: number, signal?: AbortSignal): Promise<OpenedFile | undefined>;
  /** The store's own time; undefined where it tells none. */
  clock(signal?: AbortSignal): Promise<Date | undefined>;
}
