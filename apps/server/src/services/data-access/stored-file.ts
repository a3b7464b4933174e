import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.ts';
import { parseRange } from './byte-range.ts';

/** A file of a batch, by the only name that clients know it by. */
export interface StoredFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

const FILE_SCHEME = 'file://';

/** A file as a batch names it: an absolute path or a `file:` location, which holds its path as it is. */
export function storedFile(location: string): StoredFile {
  const path = location.startsWith(FILE_SCHEME) ? location.slice(FILE_SCHEME.length) : location;
  return { name: basename(path), path };
}

/** Bytes; undefined where the file is gone. */
export async function sizeOf({ path }: StoredFile): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  parquet: 'application/octet-stream',
  json: 'application/x-ndjson',
};

/**
 * Streams a file, or the part of it that `Range` asks for; answers its headers alone to HEAD.
 * @throws {Problem} of kind `notFound`, or with status 416
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
): Promise<FastifyReply> {
  const size = await sizeOf(file);
  if (size === undefined) throw fileNotFound(file.name);
  const range = parseRange(request.headers.range, size);
  reply.header('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${size}`);
    throw new Problem('invalidHeader', `The header Range asks for bytes beyond the file's ${size}.`, {
      status: 416,
      violations: [{ path: 'Range', message: `the file has ${size} bytes` }],
    });
  }
  const extension = file.name.split('.').at(-1) ?? '';
  reply.type(CONTENT_TYPES[extension] ?? 'application/octet-stream');
  reply.header('content-length', range === undefined ? size : range.end - range.start + 1);
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  return reply.send(request.method === 'HEAD' ? null : createReadStream(file.path, range ?? {}));
}

/** The file of that name; a client's text is only ever compared with names that a batch has. */
export function requireFile(files: readonly StoredFile[], name: string): StoredFile {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw fileNotFound(name);
  return file;
}

function fileNotFound(name: string): Problem {
  return new Problem('notFound', `There is no file '${name}' here.`);
}
