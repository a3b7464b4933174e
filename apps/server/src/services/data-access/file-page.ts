import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { requestUrl } from '../../http/request-url.ts';
import { type StoredFile, sizeOf } from './stored-file.ts';

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

export const FilePage = Type.Object({
  data: Type.Array(Type.Object({}, { additionalProperties: true })),
  _page: Type.Object({ limit: Type.Integer(), count: Type.Integer() }),
  _links: Type.Object({}, { additionalProperties: true }),
});

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
    _links: { ...(start + limit < items.length && { next: { href: next.href } }) },
  };
}

/** An entry of a list of files: name, length in bytes as text, and where its content is. */
export async function shownFile(file: StoredFile, contentUrl: URL) {
  return {
    name: file.name,
    length: String((await sizeOf(file)) ?? 0),
    _links: { self: { href: contentUrl.href } },
  };
}

/** The request's own address with some parameters in place of what it has there. */
export function urlOf(request: FastifyRequest, parameters: Readonly<Record<string, string>>): URL {
  const url = requestUrl(request);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}
