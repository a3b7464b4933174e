import type { FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { requestUrl } from '../../http/request-url.ts';
import type { StoredFile } from './stored-file.ts';

const MAX_LIMIT = 100;

export const pageParameters = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `${MAX_LIMIT} where absent.` }),
  ),
  start: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Entries to leave out first.' }),
  ),
};

const PageQuery = Type.Object(pageParameters);

const Link = Type.Object({ href: Type.String(), templated: Type.Optional(Type.Boolean()) });

/** A list's answer with entries of some shape. */
const pageWith = (entry: TSchema) =>
  Type.Object({
    data: Type.Array(entry),
    _page: Type.Object({ limit: Type.Integer(), count: Type.Integer({ description: 'Of this page.' }) }),
    _links: Type.Object({ next: Type.Optional(Link), page: Link }),
  });

/** Files, each with where its content is. */
const FilePage = pageWith(
  Type.Object({
    name: Type.String(),
    length: Type.Optional(Type.String({ description: 'Bytes.' })),
    _links: Type.Object({ self: Link }),
  }),
);

export const DataSetFilePage = pageWith(
  Type.Object({
    dataSetFileId: Type.String(),
    dataSetViewId: Type.Optional(Type.String()),
    version: Type.String(),
    created: Type.String({ description: 'Epoch milliseconds.' }),
    updated: Type.String({ description: 'Epoch milliseconds.' }),
    records: Type.String(),
    size: Type.String({ description: 'Bytes.' }),
    isValid: Type.Boolean(),
    _links: Type.Object({ self: Link }),
  }),
);

/** The content of a file, or a page of a list: what `path` decides. */
export const FileOrPage = {
  200: {
    description: 'Without `path` a list of files, with it the content of one.',
    content: {
      'application/json': { schema: FilePage },
      'application/octet-stream': { schema: Type.String({ format: 'binary' }) },
    },
  },
  206: {
    description: 'The part of the content that the header Range asks for.',
    content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
  },
};

/** One page of a list, in the shape of all lists of Data Access. */
export async function pageOf<Item, Shown>(
  request: FastifyRequest,
  items: readonly Item[],
  { limit = MAX_LIMIT, start = 0 }: Static<typeof PageQuery>,
  show: (item: Item) => Promise<Shown> | Shown,
) {
  const page = items.slice(start, start + limit);
  const next = urlOf(request, {});
  next.searchParams.set('start', String(start + limit));
  next.searchParams.set('limit', String(limit));
  return {
    data: await Promise.all(page.map(show)),
    _page: { limit, count: page.length },
    _links: {
      ...(start + limit < items.length && { next: { href: next.href } }),
      page: { href: pageTemplate(request), templated: true },
    },
  };
}

/** The address of any page of a list, to be filled in (RFC 6570). */
function pageTemplate(request: FastifyRequest): string {
  const url = urlOf(request, {});
  url.searchParams.delete('start');
  url.searchParams.delete('limit');
  return `${url.href}${url.search === '' ? '?' : '&'}start={start}&limit={limit}`;
}

/** An entry of a list of files: name, length in bytes as text, and where its content is. */
export async function shownFile(file: StoredFile, contentUrl: URL) {
  return {
    name: file.name,
    length: String((await file.size()) ?? 0),
    _links: { self: { href: contentUrl.href } },
  };
}

/** The request's own address with some parameters in place of what it has there. */
export function urlOf(request: FastifyRequest, parameters: Readonly<Record<string, string>>): URL {
  const url = requestUrl(request);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}
