import type { FileEntryWithStats, Stats } from 'ssh2';
import type { OutboundClient } from '../../outbound/client.ts';
import { brokenOff, shownPath } from '../file-errors.ts';
import type { FileStore, FolderEntry, OpenedFile, StoredFile } from '../file-store.ts';
import { normalPath } from '../path-selection.ts';
import { entryPath, filesBelow } from '../walk.ts';
import { STATUS, sourceErrorOfSftp, statusOf } from './errors.ts';
import type { SftpParams } from './params.ts';
import { bytesOf, closeRemoteFile, openRemoteFile, type RemoteFile } from './remote-file.ts';
import { entriesOf } from './remote-folder.ts';
import { Semaphore } from './semaphore.ts';
import type { SftpSession } from './session.ts';
import { SharedSession, type SharedSessionOptions } from './shared-session.ts';

/**
 * The files below a folder of an SFTP server. What is no plain file or folder (links, devices) is left out, so that nothing
 * leads out of the folder.
 */
export function createSftpFileStore(
  params: SftpParams,
  outbound: OutboundClient,
  options?: SharedSessionOptions,
): FileStore {
  return new SftpFileStore(params, new SharedSession(params, outbound, options));
}

class SftpFileStore implements FileStore {
  readonly #params: SftpParams;
  readonly #shared: SharedSession;
  readonly #openFiles: Semaphore;

  constructor(params: SftpParams, shared: SharedSession) {
    this.#params = params;
    this.#shared = shared;
    this.#openFiles = new Semaphore(params.maxOpenFiles);
  }

  async check(signal?: AbortSignal): Promise<void> {
    const folder = this.#absolute('');
    const listSome = async (session: SftpSession) => {
      for await (const _ of entriesOf(session, folder)) break;
    };
    await this.#shared.run(folder, listSome, signal);
  }

  list(folder: string, signal?: AbortSignal): AsyncIterable<StoredFile> {
    return filesBelow(folder, (path) => this.browse(path, signal), signal);
  }

  async *browse(folderPath: string, signal?: AbortSignal): AsyncGenerator<FolderEntry> {
    const folder = normalPath(folderPath);
    const look = async (session: SftpSession) =>
      (await this.#at(session, folder))?.isDirectory() ? session : undefined;
    const { value: session, release } = await this.#shared.begin(shownPath(folder), look, signal);
    try {
      if (session === undefined) return;
      for await (const batch of entriesOf(session, this.#absolute(folder))) {
        signal?.throwIfAborted();
        for (const entry of batch) yield* entryOf(folder, entry);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw sourceErrorOfSftp(error, shownPath(folder), this.#params);
    } finally {
      release();
    }
  }

  async stat(givenPath: string, signal?: AbortSignal): Promise<StoredFile | undefined> {
    const path = normalPath(givenPath);
    const stats = await this.#shared.run(shownPath(path), (session) => this.#at(session, path), signal);
    return stats?.isFile() ? fileOf(path, stats) : undefined;
  }

  async open(givenPath: string, from: number, signal?: AbortSignal): Promise<OpenedFile | undefined> {
    const path = normalPath(givenPath);
    const leave = await this.#openFiles.acquire(signal);
    try {
      const openFile = (session: SftpSession) => this.#openAt(session, path);
      const { value: remote, release } = await this.#shared.begin(shownPath(path), openFile, signal);
      const letGo = () => {
        if (remote !== undefined) closeRemoteFile(remote);
        release();
        leave();
      };
      if (remote === undefined) {
        letGo();
        return undefined;
      }
      const file = fileOf(path, remote.stats);
      const body = this.#body(remote, file, from, letGo, signal);
      // Begun, so that it lets go of what it holds even where nobody reads of it.
      await body.next();
      return { file, body };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** The protocol tells no time. */
  async clock(): Promise<undefined> {
    return undefined;
  }

  /** Its first piece is empty. */
  async *#body(
    remote: RemoteFile,
    { path, size }: StoredFile,
    from: number,
    letGo: () => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    let at = from;
    try {
      yield new Uint8Array();
      for await (const piece of bytesOf(remote, from, size, signal)) {
        at += piece.length;
        yield piece;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw sourceErrorOfSftp(error, `${shownPath(path)} broke off`, this.#params);
    } finally {
      letGo();
    }
    if (at < size) throw brokenOff(path, `ended after ${at} of ${size} bytes: was it shortened meanwhile?`);
  }

  #absolute(path: string): string {
    return path === '' ? this.#params.folder || '/' : `${this.#params.folder}/${path}`;
  }

  /** What lies at a path; undefined where nothing does, or a link leads there. */
  async #at(session: SftpSession, path: string): Promise<Stats | undefined> {
    const real = (each: string) =>
      session.ask<string>((sftp, done) => sftp.realpath(this.#absolute(each), done));
    try {
      const [root, place] = await Promise.all([real(''), real(path)]);
      if (path !== '' && place !== `${root === '/' ? '' : root}/${path}`) return undefined;
      // The root may itself be a link.
      return await session.ask<Stats>((sftp, done) =>
        path === '' ? sftp.stat(root, done) : sftp.lstat(place, done),
      );
    } catch (error) {
      if (statusOf(error) === STATUS.noSuchFile) return undefined;
      throw error;
    }
  }

  async #openAt(session: SftpSession, path: string): Promise<RemoteFile | undefined> {
    if (!(await this.#at(session, path))?.isFile()) return undefined;
    try {
      return await openRemoteFile(session, this.#absolute(path));
    } catch (error) {
      // It has vanished since it was looked at.
      if (statusOf(error) === STATUS.noSuchFile) return undefined;
      throw error;
    }
  }
}

function* entryOf(folder: string, { filename, attrs }: FileEntryWithStats): Generator<FolderEntry> {
  const path = entryPath(folder, filename);
  if (attrs.isDirectory()) yield { kind: 'folder', path };
  else if (attrs.isFile()) yield { kind: 'file', ...fileOf(path, attrs) };
}

/** The protocol has no mark of a file's content. */
function fileOf(path: string, { size, mtime }: Stats): StoredFile {
  return { path, size, modifiedAt: new Date(mtime * 1000), version: undefined };
}
