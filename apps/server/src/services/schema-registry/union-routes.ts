import {
  type AcceptForm,
  asResource,
  fullUnion,
  type RenderedResource,
  renderResource,
  standardLookup,
  type UnionResource,
} from '@tributary/xdm';
import { Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { acceptForm } from './accept-header.ts';
import { unwrap } from './problem-document.ts';
import { PageQuery, pageOf } from './resource-page.ts';
import { IdParameter } from './tenant-resources.ts';
import { type Unions, unionNamed, unionsOf } from './union-documents.ts';

const NOT_FOUND_CODE = 'XDM-1016-404';

const Union = Type.Unsafe<RenderedResource>(
  Type.Object(
    {
      'meta:altId': Type.String(),
      title: Type.String(),
      version: Type.String(),
      'meta:class': Type.Optional(Type.String()),
    },
    // A property named `$id` would be taken for the id of this very schema, and no OpenAPI document be made.
    {
      additionalProperties: true,
      description: 'With `$id`, which is that of the class and `__union`.',
    },
  ),
);

const UnionList = Type.Object({
  results: Type.Array(Union),
  _page: Type.Object({
    orderby: Type.String(),
    next: Type.Union([Type.String(), Type.Null()], { description: 'The `start` of the next page.' }),
    count: Type.Integer(),
  }),
  _links: Type.Object({}, { additionalProperties: true }),
});

/** Listing and looking up the unions of the sandbox's classes. */
export function registerUnions(routes: Routes): void {
  routes.get(
    '/tenant/unions',
    {
      schema: {
        summary: 'List unions: one for each class of which a schema is enabled for Profile',
        querystring: PageQuery,
        response: { 200: UnionList },
      },
    },
    async (request) => {
      const form = acceptForm(request, 'list');
      const { all, lookup } = await unionsOf(sandboxOf(request).store);
      const page = pageOf(all, request.query, 'title');
      const url = requestUrl(request);
      if (page.next !== null) url.searchParams.set('start', page.next);
      return {
        results: page.resources.map((union) => {
          const shown = unwrap(renderResource(asResource(union), form, standardLookup), 'conflict');
          if (form.form !== 'id') return shown;
          // In lists of ids a union goes by the name of its class, and by its major version.
          return { ...shown, title: lookup.find(union['meta:class'])?.title ?? union.title, version: '1' };
        }),
        _page: { orderby: page.orderby, next: page.next, count: page.resources.length },
        _links: { next: page.next === null ? null : { href: url.href } },
      };
    },
  );

  routes.get(
    '/tenant/unions/:id',
    {
      schema: {
        summary: 'Look up a union',
        params: IdParameter,
        response: { 200: Union },
      },
    },
    async (request) => {
      const form = acceptForm(request, 'single');
      const { id } = request.params;
      const shown = await shownUnion(sandboxOf(request), id, form);
      if (shown === undefined) {
        throw new Problem('notFound', `The requested union resource ${id} is not found.`, {
          code: NOT_FOUND_CODE,
        });
      }
      return shown;
    },
  );
}

/**
 * The union that an `$id` or altId names, in the form asked for; undefined where the sandbox has none. Unions are found
 * among schemas too.
 */
export async function shownUnion(
  { store }: SandboxedCaller,
  idOrAltId: string,
  form: AcceptForm,
): Promise<RenderedResource | undefined> {
  if (form.form !== 'id' && form.majorVersion !== 1) return undefined;
  const unions = await unionsOf(store);
  const union = unionNamed(unions, idOrAltId);
  return union && rendered(union, form, unions);
}

function rendered(union: UnionResource, form: AcceptForm, { ofEvents, lookup }: Unions): RenderedResource {
  const resource = form.form === 'full' ? fullUnion(union, ofEvents, lookup) : union;
  return unwrap(renderResource(asResource(resource), form, lookup), 'conflict');
}
