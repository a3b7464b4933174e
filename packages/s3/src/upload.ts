import { stat } from 'node:fs/promises';
import type { S3Client, S3Location, S3UploadedPart, S3WriteOptions } from './client.ts';

const MIB = 1024 * 1024;
/** Bounds of the protocol. */
export const MAX_PARTS = 10_000;
export const SMALLEST_PART = 5 * MIB;

export interface S3UploadOptions extends S3WriteOptions {
  /**
   * Bytes of a part, where the file has no more than 10,000 of them; at least 5 MiB, and 16 MiB where left
   * out.
   */
  readonly partSize?: number;
  /** Parts that are under way at once. */
  readonly concurrency?: number;
}

/**
 * Uploads a file of this machine, whole or not at all: in one request where it is small, otherwise in parts.
 * Parts are read from the file as they are sent, so memory does not grow with the file. Where it fails the
 * parts are dropped; where the process dies they stay, and `listUploads` tells of them.
 */
export async function uploadFile(
  client: S3Client,
  path: string,
  location: S3Location,
  options: S3UploadOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const { size } = await stat(path);
  const partSize = partSizeOf(size, options.partSize);
  if (size <= partSize) {
    const body = size === 0 ? new Uint8Array() : { path, start: 0, size };
    await client.put(location, body, options, signal);
    return;
  }
  const send = (uploadId: string) =>
    uploadParts(client, path, size, partSize, location, uploadId, options, signal);
  await uploadInParts(client, location, send, options, signal);
}

/**
 * Makes an object of the parts that are sent, none of which may be under way where `send` rejects: they are
 * dropped then.
 */
export async function uploadInParts(
  client: S3Client,
  location: S3Location,
  send: (uploadId: string) => Promise<readonly S3UploadedPart[]>,
  options: S3WriteOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const uploadId = await client.beginUpload(location, signal);
  try {
    await client.completeUpload(location, uploadId, await send(uploadId), options, signal);
  } catch (error) {
    // What went wrong first is what is told.
    await client.abortUpload(location, uploadId).catch(() => undefined);
    throw error;
  }
}

async function uploadParts(
  client: S3Client,
  path: string,
  size: number,
  partSize: number,
  location: S3Location,
  uploadId: string,
  { concurrency = 4 }: S3UploadOptions,
  signal: AbortSignal | undefined,
): Promise<readonly S3UploadedPart[]> {
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const count = Math.ceil(size / partSize);
  const parts: S3UploadedPart[] = [];
  let begun = 0;
  const uploadNext = async (): Promise<void> => {
    while (begun < count) {
      const start = begun * partSize;
      begun += 1;
      const body = { path, start, size: Math.min(partSize, size - start) };
      parts.push(await client.uploadPart(location, uploadId, start / partSize + 1, body, either));
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, count) }, uploadNext);
  try {
    await Promise.all(workers);
  } catch (error) {
    failed.abort();
    // A part that arrives after the upload was aborted would stay.
    await Promise.allSettled(workers);
    throw error;
  }
  return parts.sort((a, b) => a.partNumber - b.partNumber);
}

/** The wanted size, or the least number of whole mebibytes that lets 10,000 parts suffice. */
export function partSizeOf(size: number, wanted = 16 * MIB): number {
  const least = Math.ceil(size / MAX_PARTS / MIB) * MIB;
  return Math.max(wanted, least, SMALLEST_PART);
}
