import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Store } from '@tributary/store';
import fastify, { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Tokens } from './access-tokens.ts';
import { securityOf, serveApiReference } from './api-reference.ts';
import { identifyCaller, identifySandbox } from './caller.ts';
import { acceptJsonBodies } from './json-body.ts';
import { Problem } from './problem.ts';
import { refuseNul } from './request-url.ts';
import type { ProblemFormat, Routes, Service } from './service.ts';
import { BODY_LIMIT_BYTES, toProblem } from './to-problem.ts';
import { validatorCompiler } from './validation.ts';
import { serveWebUi } from './web-ui.ts';

export interface FrontOptions {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly services: readonly Service[];
  readonly version: string;
  /** False silences the log, for tests. */
  readonly logger: boolean;
}

/** The one HTTP server: every service on its AEP path, health checks, the OpenAPI document and its page. */
export async function createFront({
  store,
  tokens,
  services,
  version,
  logger,
}: FrontOptions): Promise<Routes> {
  const app = fastify({
    logger: logger ? { level: 'info', redact: ['req.headers.authorization'] } : false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    // The registry's clients end some paths with a slash and encode whole URIs into one segment.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
    forceCloseConnections: 'idle',
    // A URL that cannot be decoded reaches no route, but is its service's to answer all the same.
    frameworkErrors: (error, request, reply) => {
      void answer(reply, request, toProblem(error, request), ownerOf(request, services));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  acceptJsonBodies(app);
  app.decorateRequest('caller', undefined);

  await serveApiReference(app, services, version);
  await serveWebUi(app);

  for (const service of services)
    await app.register(scopeOf(service, store, tokens), { prefix: service.prefix });

  app.setNotFoundHandler((request, reply) => {
    const problem = new Problem('notFound', `There is no ${request.method} ${pathOf(request)}.`);
    return answer(reply, request, problem, ownerOf(request, services));
  });
  app.setErrorHandler((error, request, reply) =>
    answer(reply, request, toProblem(error, request), undefined),
  );
  return app;
}

/** A service's routes in a Fastify scope of their own: header checks before each, its own wording of problems after. */
function scopeOf(service: Service, store: Store, tokens: Tokens) {
  return async (routes: Routes): Promise<void> => {
    routes.addHook('onRequest', async (request) => refuseNul(request));
    if (service.access === 'open') await routes.register(formbody);
    else {
      routes.addHook('onRequest', async (request) => {
        const caller = await identifyCaller(request, tokens, store);
        request.caller =
          service.access === 'sandbox' ? await identifySandbox(request, caller, store) : caller;
      });
    }
    routes.addHook('onRoute', (route) => {
      route.schema = {
        tags: [service.name],
        ...securityOf(service),
        ...route.schema,
      };
    });
    routes.setErrorHandler((error, request, reply) =>
      answer(reply, request, toProblem(error, request), service),
    );
    service.register(routes);
  };
}

function answer(
  reply: FastifyReply,
  request: FastifyRequest,
  problem: Problem,
  service: Service | undefined,
) {
  if (problem.status >= 500)
    // Without its query, in which a client of /ims/token may have sent its secret.
    request.log.error({ err: problem.cause ?? problem, path: pathOf(request) }, problem.message);
  const { mediaType, body } = service?.problems ?? problemsOfNoService;
  return reply.code(problem.status).type(mediaType).send(body(problem, request));
}

/** Of paths that no service has. */
const problemsOfNoService: Pick<ProblemFormat, 'mediaType' | 'body'> = {
  mediaType: 'application/problem+json',
  body: ({ kind, status, message }) => ({ title: kind, status, detail: message }),
};

/** The service whose prefix a URL has. */
function ownerOf({ url }: FastifyRequest, services: readonly Service[]): Service | undefined {
  return services.find(({ prefix }) => url.startsWith(`${prefix}/`) || url === prefix);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}
