import type { Actor, Organization, Sandbox, ScopedStore, Store } from '@tributary/store';
import type { FastifyRequest } from 'fastify';
import type { Tokens } from './access-tokens.ts';
import { Problem } from './problem.ts';

/** Who calls, and on whose behalf. */
export interface Caller {
  readonly organization: Organization;
  readonly actor: Actor;
}

/** A caller together with the sandbox that the request is about. */
export interface SandboxedCaller extends Caller {
  readonly sandbox: Sandbox;
  /** The only way to this sandbox's rows. */
  readonly store: ScopedStore;
}

/**
 * Checks the headers that every call to the platform carries: `Authorization`, `x-api-key`, `x-gw-ims-org-id`.
 * @throws {Problem} that names the header.
 */
export async function identifyCaller(request: FastifyRequest, tokens: Tokens, store: Store): Promise<Caller> {
  const authorization = header(request, 'authorization');
  if (authorization === undefined)
    throw unauthorized(
      'The header Authorization is missing. Send a token from /ims/token/v3 as: Bearer {ACCESS_TOKEN}.',
    );
  const token = /^bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw unauthorized('The header Authorization is not of the form: Bearer {ACCESS_TOKEN}.');
  const claims = await tokens.verify(token);
  if (claims === undefined)
    throw unauthorized(
      'The token in the header Authorization is not valid or has expired. Ask /ims/token/v3 for a new one.',
    );

  const apiKey = header(request, 'x-api-key');
  if (apiKey === undefined) throw missing('x-api-key', 'the client id that the token was issued to');
  if (apiKey !== claims.clientId)
    throw forbidden('x-api-key', 'The header x-api-key is not the client id that the token was issued to.');

  const orgId = header(request, 'x-gw-ims-org-id');
  if (orgId === undefined) throw missing('x-gw-ims-org-id', 'the organisation id, such as {ORG}@AdobeOrg');
  const organization = orgId === claims.orgId ? await store.organizations.get(orgId) : undefined;
  if (organization === undefined)
    throw forbidden(
      'x-gw-ims-org-id',
      'The header x-gw-ims-org-id is not the organisation that the token was issued for.',
    );
  return { organization, actor: { user: claims.userId, client: claims.clientId } };
}

/**
 * Finds the sandbox that `x-sandbox-name` names.
 * @throws {Problem} that names the header.
 */
export async function identifySandbox(
  request: FastifyRequest,
  caller: Caller,
  store: Store,
): Promise<SandboxedCaller> {
  const name = header(request, 'x-sandbox-name');
  if (name === undefined) throw missing('x-sandbox-name', 'the name of a sandbox, such as prod');
  const sandbox = await store.organizations.sandbox(caller.organization.id, name);
  if (sandbox === undefined || sandbox.state === 'deleted') {
    throw forbidden(
      'x-sandbox-name',
      `The header x-sandbox-name names no sandbox of this organisation: '${name}'.`,
    );
  }
  if (sandbox.state !== 'active') {
    throw forbidden(
      'x-sandbox-name',
      `The sandbox '${name}' is being reset or deleted. Wait until its state is active again.`,
    );
  }
  return {
    ...caller,
    sandbox,
    store: store.scoped({ orgId: caller.organization.id, sandboxId: sandbox.id }),
  };
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail, { violations: [{ path: 'Authorization', message: detail }] });
}

function missing(name: string, meaning: string): Problem {
  const detail = `The header ${name} is missing. Send ${meaning}.`;
  return new Problem('missingHeader', detail, { violations: [{ path: name, message: detail }] });
}

function forbidden(name: string, detail: string): Problem {
  return new Problem('forbidden', detail, { violations: [{ path: name, message: detail }] });
}
