import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { TSchema } from 'typebox';
import type { Caller, SandboxedCaller } from './caller.ts';
import type { Problem } from './problem.ts';

/** A Fastify instance whose handlers are typed by their TypeBox schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** How one service words what is wrong. */
export interface ProblemFormat {
  readonly mediaType: string;
  /** Of the body, for the OpenAPI document. */
  readonly schema: TSchema;
  body(problem: Problem, request: FastifyRequest): unknown;
}

/** One AEP service: its routes under one prefix, and its own way to word what is wrong. */
export interface Service {
  /** The tag in the OpenAPI document. */
  readonly name: string;
  readonly description: string;
  readonly prefix: string;
  /** `open`: no headers are asked for; `organization`: token, key and organisation; `sandbox`: the sandbox too. */
  readonly access: 'open' | 'organization' | 'sandbox';
  readonly problems: ProblemFormat;
  /** Registers the routes, with paths relative to `prefix`. */
  register(routes: Routes): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes of services with access `organization` or `sandbox`, before the handler runs. */
    caller: Caller | SandboxedCaller | undefined;
  }
}

/** The caller of a route whose service asks for a sandbox. */
export function sandboxOf(request: FastifyRequest): SandboxedCaller {
  const { caller } = request;
  if (caller === undefined || !('sandbox' in caller))
    throw new Error(`${request.url} is not a sandboxed route`);
  return caller;
}

/** The caller of a route whose service asks for an organisation. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error(`${request.url} is an open route`);
  return request.caller;
}
