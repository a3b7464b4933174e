import { S3Error } from './errors.ts';
import {
  headerOf,
  keyReader,
  listedObject,
  objectOfHeaders,
  required,
  type S3Object,
  unexpected,
} from './objects.ts';
import { dateOf, type S3Options, SignedRequests } from './signed-requests.ts';
import { discard, drain, type FilePart, type S3Body, type S3Headers } from './transport.ts';
import { elementsOf, encodeEntities, textOf } from './xml.ts';

/** Bucket and key. A key is any text; `/` parts it for people alone. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

export interface S3ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  /** Keys that have this after the prefix are told as one prefix. */
  readonly delimiter?: string;
  /** Keys and prefixes of a page; the server has at most a thousand. */
  readonly pageSize?: number;
}

/** One page of a listing: at most a thousand keys and prefixes. */
export interface S3Page {
  readonly objects: readonly S3Object[];
  readonly prefixes: readonly string[];
}

export interface S3OpenObject {
  readonly object: S3Object;
  readonly body: S3Body;
}

export interface S3ReadOptions {
  /** The first byte to be read, counted from zero. */
  readonly from?: number;
  /** The last byte to be read; all that follow are where it is left out. */
  readonly to?: number | undefined;
  /** Refused with `PreconditionFailed` where the object is another by now. */
  readonly ifMatch?: string | undefined;
}

export interface S3WriteOptions {
  /** Refused with `PreconditionFailed` where an object has the key already. */
  readonly onlyIfAbsent?: boolean;
}

/** An upload in parts that was begun and neither completed nor aborted. */
export interface S3Upload extends S3Location {
  readonly uploadId: string;
  readonly begunAt: Date;
}

export interface S3UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
}

/**
 * Objects of one S3-compatible server. Every method rejects with an `S3Error` for what the server refused, and with the
 * transport's error where it cannot be reached.
 */
export class S3Client {
  readonly #requests: SignedRequests;

  constructor(options: S3Options) {
    this.#requests = new SignedRequests(options);
  }

  async *listBuckets(signal?: AbortSignal): AsyncGenerator<string> {
    const answer = await this.#requests.text({ method: 'GET', signal });
    for (const bucket of elementsOf(answer, 'Bucket')) yield required(bucket, 'Name');
  }

  /** Every key of a bucket that begins with a prefix, in pages as they come; memory holds one. */
  async *list(request: S3ListRequest, signal?: AbortSignal): AsyncGenerator<S3Page> {
    const { bucket, prefix, delimiter, pageSize } = request;
    let token: string | undefined;
    do {
      const answer = await this.#requests.text({
        method: 'GET',
        bucket,
        query: {
          'list-type': '2',
          'encoding-type': 'url',
          prefix,
          delimiter,
          'max-keys': pageSize === undefined ? undefined : String(pageSize),
          'continuation-token': token,
        },
        signal,
      });
      const key = keyReader(answer);
      yield {
        objects: elementsOf(answer, 'Contents').map((content) => listedObject(content, key)),
        prefixes: elementsOf(answer, 'CommonPrefixes').map((found) => key(required(found, 'Prefix'))),
      };
      const next = textOf(answer, 'NextContinuationToken');
      const isCutOff = textOf(answer, 'IsTruncated') === 'true';
      if (next !== undefined && next === token) throw unexpected('a listing that goes on where it was');
      if (isCutOff && next === undefined)
        throw unexpected('a listing that is cut off and does not say where it goes on');
      token = isCutOff ? next : undefined;
    } while (token !== undefined);
  }

  /** An object as it stands now; undefined where there is none. */
  async head({ bucket, key }: S3Location, signal?: AbortSignal): Promise<S3Object | undefined> {
    try {
      const answer = await this.#requests.send({ method: 'HEAD', bucket, key, signal });
      await drain(answer.body);
      return objectOfHeaders(key, answer.headers);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (error.status === 404) return undefined;
    }
    // An answer to HEAD has no body, and so no reason: the same asked by GET has one.
    const opened = await this.open({ bucket, key }, {}, signal);
    if (opened !== undefined) discard(opened.body);
    return opened?.object;
  }

  /** Opens an object; undefined where there is none. */
  async open(
    { bucket, key }: S3Location,
    { from = 0, to, ifMatch }: S3ReadOptions = {},
    signal?: AbortSignal,
  ): Promise<S3OpenObject | undefined> {
    const headers = {
      range: from > 0 || to !== undefined ? `bytes=${from}-${to ?? ''}` : undefined,
      'if-match': ifMatch === undefined ? undefined : `"${ifMatch}"`,
    };
    const answer = await undefinedIfMissing(
      this.#requests.send({ method: 'GET', bucket, key, headers, signal }),
    );
    if (answer === undefined) return undefined;
    const object = objectOfHeaders(key, answer.headers);
    const start = answer.status === 206 ? rangeStart(answer.headers) : 0;
    if (start === from) return { object, body: answer.body };
    discard(answer.body);
    throw unexpected(`bytes from ${start} on where those from ${from} on were asked for`);
  }

  /** Puts an object in its place, whole or not at all. */
  async put(
    { bucket, key }: S3Location,
    body: Uint8Array | FilePart,
    options: S3WriteOptions = {},
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#requests.text({ method: 'PUT', bucket, key, headers: writeHeaders(options), body, signal });
  }

  /** Removes an object; one that is gone already is no error. */
  async remove({ bucket, key }: S3Location, signal?: AbortSignal): Promise<void> {
    await undefinedIfMissing(this.#requests.text({ method: 'DELETE', bucket, key, signal }));
  }

  /** Begins an upload in parts, whose id is answered. */
  async beginUpload({ bucket, key }: S3Location, signal?: AbortSignal): Promise<string> {
    const answer = await this.#requests.text({ method: 'POST', bucket, key, query: { uploads: '' }, signal });
    return required(answer, 'UploadId');
  }

  async uploadPart(
    { bucket, key }: S3Location,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | FilePart,
    signal?: AbortSignal,
  ): Promise<S3UploadedPart> {
    const query = { partNumber: String(partNumber), uploadId };
    const answer = await this.#requests.send({ method: 'PUT', bucket, key, query, body, signal });
    await drain(answer.body);
    const etag = headerOf(answer.headers, 'etag');
    if (etag === undefined) throw unexpected('no ETag for a part');
    return { partNumber, etag };
  }

  /** Makes an object of the parts, in the order of their numbers. */
  async completeUpload(
    { bucket, key }: S3Location,
    uploadId: string,
    parts: readonly S3UploadedPart[],
    options: S3WriteOptions = {},
    signal?: AbortSignal,
  ): Promise<void> {
    const list = parts.map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${encodeEntities(etag)}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`;
    const answer = await this.#requests.text({
      method: 'POST',
      bucket,
      key,
      query: { uploadId },
      headers: { 'content-type': 'application/xml', ...writeHeaders(options) },
      body: Buffer.from(body, 'utf8'),
      signal,
    });
    // The status goes out before the parts are joined: what fails then is told in the body alone.
    const code = textOf(answer, 'Code');
    if (code !== undefined) throw new S3Error(200, code, textOf(answer, 'Message') ?? 'not completed');
  }

  /** Drops an upload and its parts; one that is gone already is no error. */
  async abortUpload({ bucket, key }: S3Location, uploadId: string, signal?: AbortSignal): Promise<void> {
    await undefinedIfMissing(
      this.#requests.text({ method: 'DELETE', bucket, key, query: { uploadId }, signal }),
    );
  }

  /** Uploads in parts below a prefix that are still open. */
  async *listUploads(bucket: string, prefix: string, signal?: AbortSignal): AsyncGenerator<S3Upload> {
    let marker: { readonly key: string; readonly uploadId: string } | undefined;
    do {
      const query = {
        uploads: '',
        prefix,
        'encoding-type': 'url',
        'key-marker': marker?.key,
        'upload-id-marker': marker?.uploadId,
      };
      const answer = await this.#requests.text({ method: 'GET', bucket, query, signal });
      const key = keyReader(answer);
      for (const upload of elementsOf(answer, 'Upload')) {
        yield {
          bucket,
          key: key(required(upload, 'Key')),
          uploadId: required(upload, 'UploadId'),
          begunAt: new Date(required(upload, 'Initiated')),
        };
      }
      const next = textOf(answer, 'NextKeyMarker');
      marker =
        textOf(answer, 'IsTruncated') === 'true' && next !== undefined
          ? { key: key(next), uploadId: textOf(answer, 'NextUploadIdMarker') ?? '' }
          : undefined;
    } while (marker !== undefined);
  }

  /** The server's own time; undefined where it tells none. Needs the right to list the bucket, or the buckets. */
  async clock(bucket: string | undefined, signal?: AbortSignal): Promise<Date | undefined> {
    const query = bucket === undefined ? {} : { 'list-type': '2', 'max-keys': '1' };
    const answer = await this.#requests.send({ method: 'GET', bucket, query, signal });
    await drain(answer.body);
    return dateOf(answer.headers);
  }
}

function rangeStart(headers: S3Headers): number {
  return Number(/^bytes (\d+)-/.exec(headerOf(headers, 'content-range') ?? '')?.[1]);
}

function writeHeaders({ onlyIfAbsent = false }: S3WriteOptions): Record<string, string> {
  return onlyIfAbsent ? { 'if-none-match': '*' } : {};
}

const MISSING = ['NoSuchKey', 'NoSuchUpload', 'HTTP_404', 'NotFound'];

async function undefinedIfMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof S3Error && error.status === 404 && MISSING.includes(error.code)) return undefined;
    throw error;
  }
}
