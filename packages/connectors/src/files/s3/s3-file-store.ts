import { S3Client, S3Error, type S3Object } from '@tributary/s3';
import type { OutboundClient } from '../../outbound/client.ts';
import type { FileStore, FolderEntry, OpenedFile, StoredFile } from '../file-store.ts';
import { normalPath } from '../path-selection.ts';
import { sourceErrorOfBody, sourceErrorOfS3 } from './errors.ts';
import { outboundTransport } from './outbound-transport.ts';
import type { S3Params } from './params.ts';

/** Where a path leads: a bucket and a key in it, both undefined or empty at a root above them. */
interface Place {
  readonly bucket: string | undefined;
  readonly key: string;
}

/**
 * The objects of a bucket, or of a folder in it, as files: `/` in a key parts folders. Without a bucket the buckets
 * themselves are the folders at the root. Keys that are no path (`a//b`, `a/../b`, and those that end with `/`, as consoles
 * make them for empty folders) are left out.
 */
export function createS3FileStore(params: S3Params, outbound: OutboundClient): FileStore {
  const { accessKeyId, secretAccessKey, sessionToken, serviceUrl, region } = params;
  const client = new S3Client({
    serviceUrl,
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    transport: outboundTransport(outbound),
    retry: outbound.retry,
  });
  return new S3FileStore(client, params);
}

class S3FileStore implements FileStore {
  readonly #client: S3Client;
  readonly #params: S3Params;

  constructor(client: S3Client, params: S3Params) {
    this.#client = client;
    this.#params = params;
  }

  async check(signal?: AbortSignal): Promise<void> {
    const { bucket, folder } = this.#params;
    await this.#told(async () => {
      const found =
        bucket === undefined
          ? this.#client.listBuckets(signal)
          : this.#client.list({ bucket, prefix: prefixOf(folder), pageSize: 1 }, signal);
      for await (const _ of found) break;
    });
  }

  async *list(folder: string, signal?: AbortSignal): AsyncGenerator<StoredFile> {
    const { bucket, key } = this.#placeOf(normalPath(folder));
    for await (const name of bucket === undefined ? this.#buckets(signal) : [bucket]) {
      const pages = this.#client.list({ bucket: name, prefix: prefixOf(key) }, signal);
      for await (const { objects } of this.#each(pages)) {
        for (const object of objects) {
          const path = this.#pathOf(name, object.key);
          if (path !== undefined) yield fileOf(path, object);
        }
      }
    }
  }

  async *browse(folder: string, signal?: AbortSignal): AsyncGenerator<FolderEntry> {
    const { bucket, key } = this.#placeOf(normalPath(folder));
    if (bucket === undefined) {
      for await (const path of this.#buckets(signal)) yield { kind: 'folder', path };
      return;
    }
    const pages = this.#client.list({ bucket, prefix: prefixOf(key), delimiter: '/' }, signal);
    for await (const { objects, prefixes } of this.#each(pages)) {
      for (const prefix of prefixes) {
        const path = this.#pathOf(bucket, prefix.replace(/\/$/, ''));
        if (path !== undefined) yield { kind: 'folder', path };
      }
      for (const object of objects) {
        const path = this.#pathOf(bucket, object.key);
        if (path !== undefined) yield { kind: 'file', ...fileOf(path, object) };
      }
    }
  }

  async stat(givenPath: string, signal?: AbortSignal): Promise<StoredFile | undefined> {
    const path = normalPath(givenPath);
    const { bucket, key } = this.#placeOf(path);
    if (bucket === undefined || key === '') return undefined;
    const object = await this.#told(() => this.#client.head({ bucket, key }, signal));
    return object && fileOf(path, object);
  }

  async open(givenPath: string, from: number, signal?: AbortSignal): Promise<OpenedFile | undefined> {
    const path = normalPath(givenPath);
    const { bucket, key } = this.#placeOf(path);
    if (bucket === undefined || key === '') return undefined;
    try {
      const opened = await this.#client.open({ bucket, key }, { from }, signal);
      if (opened === undefined) return undefined;
      const body = untilBroken(opened.body, path, signal);
      // Begun, so that it lets go of the connection even where nobody reads of it.
      await body.next();
      return { file: fileOf(path, opened.object), body };
    } catch (error) {
      if (!(error instanceof S3Error) || error.code !== 'InvalidRange') {
        throw sourceErrorOfS3(error, this.#params);
      }
    }
    // Servers refuse a range that begins at the end of an object.
    const file = await this.stat(path, signal);
    return file && { file, body: empty() };
  }

  clock(signal?: AbortSignal): Promise<Date | undefined> {
    return this.#told(() => this.#client.clock(this.#params.bucket, signal));
  }

  #buckets(signal: AbortSignal | undefined): AsyncGenerator<string> {
    return this.#each(this.#client.listBuckets(signal));
  }

  #placeOf(path: string): Place {
    const { bucket, folder } = this.#params;
    if (bucket !== undefined) return { bucket, key: [folder, path].filter((part) => part !== '').join('/') };
    const [first = '', ...rest] = path.split('/');
    return { bucket: first || undefined, key: rest.join('/') };
  }

  /** Undefined for a key that is no path, or is the folder's own. */
  #pathOf(bucket: string, key: string): string | undefined {
    const path =
      this.#params.bucket === undefined
        ? `${bucket}/${key}`
        : key.slice(prefixOf(this.#params.folder).length);
    return isPath(path.split('/')) ? path : undefined;
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw sourceErrorOfS3(error, this.#params);
    }
  }

  async *#each<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* items;
    } catch (error) {
      throw sourceErrorOfS3(error, this.#params);
    }
  }
}

function prefixOf(folder: string): string {
  return folder === '' ? '' : `${folder}/`;
}

function isPath(names: readonly string[]): boolean {
  return names.every((name) => name !== '' && name !== '.' && name !== '..');
}

function fileOf(path: string, { size, modifiedAt, etag }: S3Object): StoredFile {
  return { path, size, modifiedAt, version: etag === '' ? undefined : etag };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

/** Its first piece is empty. */
async function* untilBroken(
  body: AsyncIterable<Uint8Array>,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield new Uint8Array();
    yield* body;
  } catch (error) {
    signal?.throwIfAborted();
    throw sourceErrorOfBody(error, path);
  }
}
