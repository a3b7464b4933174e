import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  httpTransport,
  readBytes,
  S3Client,
  type S3Credentials,
  S3Error,
  type S3Location,
  type S3Object,
  type S3RetryPolicy,
  uploadFile,
  uploadStream,
} from '@tributary/s3';
import {
  FileExistsError,
  type FileIO,
  FileNotFoundError,
  type FileRange,
  type FileStat,
  LocationError,
} from './file-io.ts';

export interface S3LakeOptions {
  /** `s3://<bucket>/<prefix>`; all locations lie below. */
  readonly root: string;
  /** Amazon's where left out. */
  readonly serviceUrl?: URL | undefined;
  /** The one that the service names where left out. */
  readonly region?: string | undefined;
  readonly credentials: S3Credentials;
  readonly retry?: Partial<S3RetryPolicy>;
  /** Bytes of a part of an upload, where 10,000 of them suffice. */
  readonly partSize?: number;
}

/** How often a file is read whose content breaks off. */
const READ_ATTEMPTS = 4;
const REMOVALS_AT_ONCE = 8;

/**
 * Serves `s3:` locations below a root and no other. A location holds the key as it is, without percent-encoding, because Iceberg
 * readers take it so.
 *
 * Large files are uploaded in parts. Files are written once by the service's own condition (`If-None-Match: *`). Services that do not know it are found out by
 * the first write; there is then looked before each write, which two writers of one name could both pass. No two do: names
 * carry a UUID.
 */
export function s3FileIO(options: S3LakeOptions): FileIO {
  const { serviceUrl, region, credentials, retry, partSize } = options;
  const client = new S3Client({ serviceUrl, region, credentials, retry, transport: httpTransport() });
  const root = rootOf(options.root);
  const conditions = new WriteConditions(client);
  const placeOf = (location: string) => placeBelow(root, location);
  const locationOf = (key: string) => `s3://${root.bucket}/${key}`;

  return {
    async read(location) {
      const content = await readWhole(client, placeOf(location));
      if (content === undefined) throw new FileNotFoundError(location);
      return content;
    },

    async stream(location, range) {
      const place = placeOf(location);
      const object = await client.head(place);
      if (object === undefined) throw new FileNotFoundError(location);
      return Readable.from(contentOf(client, place, object, range), { objectMode: false });
    },

    pathOf(location) {
      placeOf(location);
      return undefined;
    },

    async write(location, content) {
      const place = placeOf(location);
      const put = (onlyIfAbsent: boolean) => client.put(place, content, { onlyIfAbsent });
      if (await conditions.isWritten(place, put)) return;
      // The answer to a first attempt may have been lost, and this be what it wrote.
      const found = await readWhole(client, place);
      if (found === undefined || !found.equals(content)) throw new FileExistsError(location);
    },

    async replace(location, content) {
      await client.put(placeOf(location), content);
    },

    async writeStream(location, content, signal) {
      const options = partSize === undefined ? {} : { partSize };
      return uploadStream(client, content, placeOf(location), options, signal);
    },

    async upload(path, location) {
      await stat(path).catch((error) => {
        throw new FileNotFoundError(path, { cause: error });
      });
      const place = placeOf(location);
      const put = (onlyIfAbsent: boolean) =>
        uploadFile(client, path, place, { onlyIfAbsent, ...(partSize !== undefined && { partSize }) });
      if (await conditions.isUploaded(place, put)) return;
      // As in a write: this may be what the first attempt has sent.
      const object = await client.head(place);
      if (object === undefined || !(await isSame(createReadStream(path), contentOf(client, place, object))))
        throw new FileExistsError(location);
    },

    async sync(location) {
      // What the service has taken is durable.
      if ((await client.head(placeOf(location))) === undefined) throw new FileNotFoundError(location);
    },

    async stat(location) {
      const place = placeOf(location);
      const object = await client.head(place);
      return object && { location: locationOf(place.key), size: object.size, modifiedAt: object.modifiedAt };
    },

    async *list(folder) {
      const { bucket, key } = placeOf(folder);
      for await (const { objects } of client.list({ bucket, prefix: key === '' ? '' : `${key}/` })) {
        // Consoles make objects of such names for folders.
        const files = objects.filter((object) => !object.key.endsWith('/'));
        yield* files.map(
          ({ key: found, size, modifiedAt }): FileStat => ({ location: locationOf(found), size, modifiedAt }),
        );
      }
    },

    async *folders(folder) {
      const { bucket, key } = placeOf(folder);
      const prefix = key === '' ? '' : `${key}/`;
      for await (const { prefixes } of client.list({ bucket, prefix, delimiter: '/' }))
        yield* prefixes.map((found) => found.slice(prefix.length, -1));
    },

    async remove(location) {
      await client.remove(placeOf(location));
    },

    async removeFolder(folder) {
      const { bucket, key } = placeOf(folder);
      for await (const { objects } of client.list({ bucket, prefix: key === '' ? '' : `${key}/` })) {
        await eachOf(objects, REMOVALS_AT_ONCE, (object) => client.remove({ bucket, key: object.key }));
      }
    },

    async removeUnfinished(folder, begunBefore) {
      const { bucket, key } = placeOf(folder);
      let aborted = 0;
      for await (const upload of client.listUploads(bucket, key === '' ? '' : `${key}/`)) {
        const { uploadId, begunAt, ...place } = upload;
        if (begunAt >= begunBefore) continue;
        await client.abortUpload(place, uploadId);
        aborted += 1;
      }
      return aborted;
    },
  };
}

/** Finds out whether the service keeps to conditions of writes, and writes once in either case. */
class WriteConditions {
  readonly #client: S3Client;
  #areKept: boolean | undefined;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Whether a small file could be written; false where something lies there already. */
  async isWritten(place: S3Location, put: Put): Promise<boolean> {
    if (this.#areKept === false) return this.isUploaded(place, put);
    if (!(await this.#isPut(place, put))) return false;
    // The same content again changes nothing where the condition is not kept to.
    this.#areKept ??= !(await this.#isPut(place, put));
    return true;
  }

  /** The same of a large file, which is not sent twice to find something out. */
  async isUploaded(place: S3Location, put: Put): Promise<boolean> {
    if (this.#areKept !== true && (await this.#client.head(place)) !== undefined) return false;
    return this.#isPut(place, put);
  }

  async #isPut(place: S3Location, put: Put): Promise<boolean> {
    try {
      await put(this.#areKept !== false);
      return true;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (error.status === 412) return false;
      if (error.status !== 501 || this.#areKept === false) throw error;
    }
    this.#areKept = false;
    return this.isUploaded(place, put);
  }
}

type Put = (onlyIfAbsent: boolean) => Promise<void>;

async function readWhole(client: S3Client, place: S3Location): Promise<Buffer | undefined> {
  for (let attempt = 1; ; attempt++) {
    const opened = await client.open(place);
    if (opened === undefined) return undefined;
    try {
      return await readBytes(opened.body, opened.object.size);
    } catch (error) {
      if (attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** The content of an object, or a range of it. Where it breaks off it is read on from there, of the same object. */
async function* contentOf(
  client: S3Client,
  place: S3Location,
  { etag, size }: S3Object,
  range?: FileRange,
): AsyncGenerator<Uint8Array> {
  let from = range?.start ?? 0;
  const end = Math.min(range?.end ?? size - 1, size - 1);
  for (let failures = 0; from <= end; ) {
    try {
      const opened = await client.open(place, { from, to: end, ifMatch: etag === '' ? undefined : etag });
      if (opened === undefined) throw new FileNotFoundError(`s3://${place.bucket}/${place.key}`);
      for await (const piece of opened.body) {
        from += piece.length;
        failures = 0;
        yield piece;
      }
      if (from <= end) throw new Error(`s3://${place.bucket}/${place.key} broke off before byte ${end}`);
    } catch (error) {
      failures += 1;
      const isLasting = error instanceof S3Error || error instanceof FileNotFoundError;
      if (isLasting || failures === READ_ATTEMPTS) throw error;
    }
  }
}

/** Whether two streams have the same bytes. */
async function isSame(one: AsyncIterable<Uint8Array>, other: AsyncIterable<Uint8Array>): Promise<boolean> {
  const digests = await Promise.all([one, other].map(digestOf));
  return digests[0] === digests[1];
}

async function digestOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of content) hash.update(piece);
  return hash.digest('hex');
}

async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const item of left) await work(item);
  });
  await Promise.all(workers);
}

const LOCATION = /^s3[an]?:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(?:\/(.*))?$/s;

function rootOf(root: string): S3Location {
  const { bucket, key } = parseLocation(root.replace(/\/+$/, ''));
  if (/[?#%]/.test(key)) {
    throw new LocationError(root, 'cannot hold tables: choose a prefix without "?", "#" and "%"');
  }
  return { bucket, key };
}

function parseLocation(location: string): S3Location {
  const [, bucket, key = ''] = LOCATION.exec(location) ?? [];
  if (bucket === undefined)
    throw new LocationError(location, 'is not an S3 location: expected s3://<bucket>/<key>');
  const names = key.split('/');
  if (
    key !== '' &&
    names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))
  ) {
    throw new LocationError(location, 'has a key that is no path');
  }
  return { bucket, key };
}

function placeBelow(root: S3Location, location: string): S3Location {
  const place = parseLocation(location.replace(/\/$/, ''));
  const isBelow =
    place.bucket === root.bucket &&
    (root.key === '' || place.key === root.key || place.key.startsWith(`${root.key}/`));
  if (!isBelow) throw new LocationError(location, `lies outside of s3://${root.bucket}/${root.key}`);
  return place;
}
