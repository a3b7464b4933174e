import type { Readable } from 'node:stream';

/** A file as a listing or a stat shows it. */
export interface FileStat {
  readonly location: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Bytes `start` to `end` of a file, both inclusive. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the files of a table lie. A location is an absolute URI (`file:///…`, `s3://…`), the form that
 * Iceberg metadata stores and that every reader resolves by itself.
 */
export interface FileIO {
  /** The whole content. Throws `FileNotFoundError`. */
  read(location: string): Promise<Buffer>;
  /**
   * The content, or a range of it, as it comes. Throws `FileNotFoundError`; the stream fails where the file
   * ends early.
   */
  stream(location: string, range?: FileRange): Promise<Readable>;
  /**
   * Creates a file that appears whole or not at all and, once this returns, outlives a power failure. Files
   * are written once: throws `FileExistsError` where one lies already.
   */
  write(location: string, content: Uint8Array): Promise<void>;
  /**
   * Like `write`, but puts the content in the place of what lay there. Only for files that are hints, never
   * state.
   */
  replace(location: string, content: Uint8Array): Promise<void>;
  /**
   * Creates a file of what comes, under a name that is nobody else's, and answers its bytes: whole or not at
   * all, and durable once this resolves. Memory does not grow with it. Nothing is left where the content
   * breaks off or the signal is given.
   */
  writeStream(location: string, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<number>;
  /**
   * Puts a file of this machine at a location, whole or not at all; memory does not grow with it. What lies
   * there already with the same content may be left as it is. Throws `FileExistsError` where another does,
   * and `FileNotFoundError` where there is nothing to put.
   */
  upload(path: string, location: string): Promise<void>;
  /**
   * The path under which this machine has what lies at a location, or would have it; undefined where it lies
   * elsewhere, and has to be uploaded and downloaded. Throws `LocationError`.
   */
  pathOf(location: string): string | undefined;
  /** Makes a file that another process wrote durable. Throws `FileNotFoundError`. */
  sync(location: string): Promise<void>;
  /** Undefined where no file is. */
  stat(location: string): Promise<FileStat | undefined>;
  /**
   * Every file below a folder, in no promised order; none where the folder is missing. Unfinished writes
   * don't show.
   */
  list(folder: string): AsyncIterable<FileStat>;
  /** The names of the folders right below a folder, in no promised order; none where it is missing. */
  folders(folder: string): AsyncIterable<string>;
  /** Removes a file; one that is gone already is no error. */
  remove(location: string): Promise<void>;
  /** Removes a folder with every file below; one that is gone already is no error. */
  removeFolder(folder: string): Promise<void>;
  /**
   * Removes what processes left below a folder that died while they wrote; answers how many writes there
   * were.
   */
  removeUnfinished(folder: string, begunBefore: Date): Promise<number>;
}

export class FileNotFoundError extends Error {
  override readonly name = 'FileNotFoundError';
  readonly location: string;

  constructor(location: string, options?: ErrorOptions) {
    super(`no file at ${location}`, options);
    this.location = location;
  }
}

export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
  readonly location: string;

  constructor(location: string, options?: ErrorOptions) {
    super(`a file lies at ${location} already, and files of a table are written once`, options);
    this.location = location;
  }
}

/** A location that this FileIO does not serve: another scheme, or a path outside of its root. */
export class LocationError extends Error {
  override readonly name = 'LocationError';
  readonly location: string;

  constructor(location: string, reason: string) {
    super(`${location} ${reason}`);
    this.location = location;
  }
}
