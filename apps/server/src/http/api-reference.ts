import swagger from '@fastify/swagger';
import apiReference from '@scalar/fastify-api-reference';
import type { FastifySchema } from 'fastify';
import type { ProblemFormat, Routes, Service } from './service.ts';

/** The headers that calls carry, as OpenAPI names what identifies a caller. */
const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From POST /ims/token/v3.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The client id.' },
  organization: {
    type: 'apiKey',
    in: 'header',
    name: 'x-gw-ims-org-id',
    description: 'The organisation id.',
  },
  sandbox: { type: 'apiKey', in: 'header', name: 'x-sandbox-name', description: 'A sandbox, such as prod.' },
} as const;

type SecurityRequirement = Partial<Record<keyof typeof securitySchemes, string[]>>;

/** What a service's routes ask of a caller, for their entries in the OpenAPI document. */
export function securityOf({ access }: Service): { security?: SecurityRequirement[] } {
  if (access === 'open') return {};
  const organization: SecurityRequirement = { token: [], apiKey: [], organization: [] };
  return { security: [access === 'sandbox' ? { ...organization, sandbox: [] } : organization] };
}

/**
 * The OpenAPI document at `/openapi.json`, made from the schemas that validate the calls, and a page at `/docs` that shows
 * it. The page is served from here and calls nobody else. To be called before any service registers its routes.
 */
export async function serveApiReference(
  app: Routes,
  services: readonly Service[],
  version: string,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tributary',
        version,
        description: 'The ingestion side of the Adobe Experience Platform APIs, self-hosted.',
      },
      tags: services.map(({ name, description }) => ({ name, description })),
      components: { securitySchemes },
    },
    transform: ({ schema, url }) => {
      const service = services.find(({ prefix }) => url.startsWith(prefix));
      return { schema: service ? withRefusals(schema, service.problems) : schema, url };
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(apiReference, {
    routePrefix: '/docs',
    configuration: {
      withDefaultFonts: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
      telemetry: false,
      agent: { disabled: true },
    },
  });
}

/** The same routes with what is answered where they refuse: those that they name, and any other, such as a 401. */
function withRefusals(schema: FastifySchema, problems: ProblemFormat): FastifySchema {
  const named = Object.entries((schema.response ?? {}) as Readonly<Record<string, Answer>>);
  const refusal = (answer: Answer) => ({
    description: answer.description ?? 'Refused.',
    content: { [problems.mediaType]: { schema: answer } },
  });
  return {
    ...schema,
    response: {
      ...Object.fromEntries(
        named.map(([status, answer]) => [status, Number(status) < 400 ? answer : refusal(answer)]),
      ),
      default: refusal({ ...problems.schema, description: 'Anything else: refused, or failed.' }),
    },
  };
}

interface Answer {
  readonly description?: string;
}
