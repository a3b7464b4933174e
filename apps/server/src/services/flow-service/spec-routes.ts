import { connectionSpecById, connectionSpecs, flowSpecById, flowSpecs } from '@tributary/connectors';
import { Type } from 'typebox';
import { meetsFilters } from '../../http/property-filter.ts';
import type { Routes } from '../../http/service.ts';
import { AnyObject, answers, Id, listOf, oneOf } from './answer-schemas.ts';
import { ListQuery, readFilters } from './list-request.ts';
import { ResourceNotFound } from './refusal.ts';

interface Spec {
  readonly id: string;
  readonly name: string;
}

const SpecQuery = Type.Object({ property: ListQuery.properties.property });

/** The specs that this installation knows: what can be connected to, and how data can flow. */
export function registerSpecRoutes(routes: Routes): void {
  register(routes, 'connectionSpecs', 'connection spec', connectionSpecs, connectionSpecById);
  register(routes, 'flowSpecs', 'flow spec', flowSpecs, flowSpecById);
}

function register(
  routes: Routes,
  name: string,
  title: string,
  specs: readonly Spec[],
  find: (id: string) => Spec | undefined,
): void {
  const fields = new Set(specs.flatMap((spec) => Object.keys(spec)));

  routes.get(
    `/${name}`,
    {
      schema: {
        summary: `List ${title}s`,
        querystring: SpecQuery,
        response: answers({ 200: listOf(AnyObject) }),
      },
    },
    async (request) => {
      const filters = readFilters(request.query.property ?? [], fields);
      return { items: specs.filter((spec) => meetsFilters(spec, filters)), _links: {} };
    },
  );

  routes.get(
    `/${name}/:id`,
    { schema: { summary: `Get a ${title}`, params: Id, response: answers({ 200: oneOf(AnyObject) }) } },
    async (request) => {
      const spec = find(request.params.id);
      if (spec === undefined) throw new ResourceNotFound(name, request.params.id);
      return { items: [spec] };
    },
  );
}
