import { AsyncLocalStorage } from 'node:async_hooks';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { type Static, Type } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import { acceptJsonBodies } from '../../http/json-body.ts';
import { Problem, type ProblemKind } from '../../http/problem.ts';
import { refuseNul } from '../../http/request-url.ts';
import type { Routes } from '../../http/service.ts';
import { toProblem } from '../../http/to-problem.ts';
import { validatorCompiler } from '../../http/validation.ts';
import { problems } from './problem-body.ts';
import { transactionWithEffects } from './side-effects.ts';
import { type Answers, textWithReferences, withReferences } from './sub-request-references.ts';

export const SubRequest = Type.Object({
  id: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'By which later requests refer to the answer: `<<id.attribute>>`.',
    }),
  ),
  resource: Type.String({
    maxLength: 4_000,
    pattern: '^/[^/]',
    description: 'The path below the Catalog’s own, such as `/dataSets/{id}`.',
  }),
  method: Type.String({
    pattern: '^(?:[Gg][Ee][Tt]|[Pp][Oo][Ss][Tt]|[Pp][Uu][Tt]|[Pp][Aa][Tt][Cc][Hh]|[Dd][Ee][Ll][Ee][Tt][Ee])$',
  }),
  headers: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 1_000 }))),
  body: Type.Optional(Type.Unknown()),
});
export type SubRequest = Static<typeof SubRequest>;

export const SubAnswer = Type.Object({
  id: Type.Optional(Type.String()),
  code: Type.Integer({ description: 'The HTTP status of this request alone.' }),
  body: Type.Unknown(),
});
type SubAnswer = Static<typeof SubAnswer>;

/** Carries out several requests in one transaction. */
export type SubRequests = (caller: SandboxedCaller, requests: readonly SubRequest[]) => Promise<SubAnswer[]>;

/**
 * Requests within a request. They go through the very same routes, on a Fastify instance that nothing but this reaches
 * and whose requests have the outer one's caller and transaction.
 */
export function subRequests(register: (routes: Routes) => void): SubRequests {
  const callers = new AsyncLocalStorage<SandboxedCaller>();
  const app = innerApp(callers, register);

  async function answerTo(request: SubRequest, answers: Answers): Promise<SubAnswer> {
    const { id, resource, method, headers = {}, body } = request;
    const answer = await app.inject({
      method: method.toUpperCase() as 'GET',
      url: textWithReferences(resource, answers),
      headers: { ...contentTypeOf(body), ...(withReferences(headers, answers) as Record<string, string>) },
      ...(body !== undefined && { payload: JSON.stringify(withReferences(body, answers)) }),
    });
    const content = answer.body === '' ? null : answer.json();
    return { ...(id !== undefined && { id }), code: answer.statusCode, body: content };
  }

  return (caller, requests) =>
    transactionWithEffects(caller.store, (store) =>
      callers.run({ ...caller, store }, async () => {
        const bodies = new Map<string, unknown>();
        const answers: SubAnswer[] = [];
        for (const [index, request] of requests.entries()) {
          const answer = await answerTo(request, bodies);
          const isChange = request.method.toUpperCase() !== 'GET';
          // What cannot be read is told beside the other answers; a change that fails takes the others back.
          if (answer.code >= (isChange ? 400 : 500)) throw failure(index, request, answer);
          if (request.id !== undefined) bodies.set(request.id, answer.body);
          answers.push(answer);
        }
        return answers;
      }),
    );
}

function innerApp(callers: AsyncLocalStorage<SandboxedCaller>, register: (routes: Routes) => void): Routes {
  const app = fastify({
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  acceptJsonBodies(app);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request) => {
    refuseNul(request);
    request.caller = callers.getStore();
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, request);
    return reply.code(problem.status).type(problems.mediaType).send(problems.body(problem, request));
  });
  app.setNotFoundHandler((request) => {
    throw new Problem('notFound', `There is no ${request.method} ${request.url}.`);
  });
  register(app);
  return app;
}

function contentTypeOf(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

const KINDS: ReadonlyMap<number, ProblemKind> = new Map([
  [404, 'notFound'],
  [409, 'conflict'],
  [412, 'preconditionFailed'],
  [503, 'unavailable'],
]);

function failure(index: number, { id, method, resource }: SubRequest, { code, body }: SubAnswer): Problem {
  const reason = typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : '';
  const name = `${id ?? index} (${method.toUpperCase()} ${resource})`;
  return new Problem(
    KINDS.get(code) ?? (code < 500 ? 'invalidBody' : 'internal'),
    `Nothing has been changed, because the request ${name} failed with status ${code}: ${reason}`,
    { violations: [{ path: `/${index}`, message: reason }] },
  );
}
