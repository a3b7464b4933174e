import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { FileIO } from '@tributary/lake';
import type { Diagnostics } from '@tributary/runner';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.ts';
import { refusals } from '../catalog/answer-schemas.ts';
import { type ByteRange, parseRange } from './byte-range.ts';

/** A file of a batch, by the only name that clients know it by. */
export interface StoredFile {
  readonly name: string;
  /** Why it may be gone, and what there is in its place. */
  readonly whereTo: string;
  /** Bytes; undefined where the file is gone. */
  size(): Promise<number | undefined>;
  /** The content, or a range of it, as it comes. Rejects, or fails as it comes, where the file is gone. */
  stream(range?: ByteRange): Promise<Readable>;
}

/** A data file, which a batch names by its location. */
export function lakeFile(io: FileIO, location: string): StoredFile {
  return {
    name: basename(location),
    whereTo:
      'its rows were packed into other files of the dataset, replaced, removed or had their time, and the last snapshot of the table that ' +
      'named it has expired. Rows that are there now are read from the dataset: its preview, or its table in the Iceberg catalog.',
    size: async () => (await io.stat(location))?.size,
    stream: (range) => io.stream(location, range),
  };
}

/** A file of rows that did not land, by the name that its batch has for it. */
export function diagnosticsFile(diagnostics: Pick<Diagnostics, 'size' | 'stream'>, name: string): StoredFile {
  return {
    name: basename(name),
    whereTo:
      'rows that did not land are kept as long as their run. The batch still tells how many there were, and why.',
    size: () => diagnostics.size(name),
    stream: (range) => diagnostics.stream(name, range),
  };
}

/** For the description of routes that serve files. */
export const GONE = {
  ...refusals[404],
  description: 'The file is no longer kept; the answer tells why, and what to read instead.',
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  parquet: 'application/octet-stream',
  json: 'application/x-ndjson',
};

/**
 * Streams a file, or the part of it that `Range` asks for; answers its headers alone to HEAD.
 * @throws {Problem} of kind `notFound`, with status 410 where the file was there once; or with status 416
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
): Promise<FastifyReply> {
  const size = await file.size();
  if (size === undefined) throw fileGone(file);
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
  return reply.send(request.method === 'HEAD' ? null : await file.stream(range));
}

/** The file of that name; a client's text is only ever compared with names that a batch has. */
export function requireFile(files: readonly StoredFile[], name: string): StoredFile {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw fileNotFound(name);
  return file;
}

/**
 * A batch keeps the names of its files for good, the lake keeps the files for as long as a snapshot needs
 * them.
 */
function fileGone({ name, whereTo }: StoredFile): Problem {
  return new Problem('notFound', `The file '${name}' is no longer kept: ${whereTo}`, { status: 410 });
}

function fileNotFound(name: string): Problem {
  return new Problem('notFound', `There is no file '${name}' here.`);
}
