import { type Static, Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import type { ProblemFormat, Service } from '../../http/service.ts';
import type { Dependencies } from '../dependencies.ts';

const TokenParams = Type.Object({
  grant_type: Type.Optional(Type.String({ description: 'client_credentials' })),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
  scope: Type.Optional(
    Type.String({ description: 'Taken and ignored: a token opens the whole organisation' }),
  ),
});

const TokenAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ description: 'seconds' }),
});

const TokenRefusal = Type.Object({ error: Type.String(), error_description: Type.String() });

/** Access tokens for API clients, as Adobe's Identity Management Service issues them (OAuth 2.0, RFC 6749). */
export function imsService(dependencies: Dependencies): Service {
  return {
    name: 'IMS',
    description: 'Access tokens for API clients.',
    prefix: '/ims/token',
    access: 'open',
    problems,
    register(routes) {
      for (const version of ['v3', 'v2']) {
        routes.post(
          `/${version}`,
          {
            schema: {
              summary: 'Get an access token',
              description:
                'The client credentials grant. Parameters are form-encoded; they may also stand in the query.',
              consumes: ['application/x-www-form-urlencoded'],
              querystring: TokenParams,
              body: Type.Optional(Type.Union([TokenParams, Type.Null()])),
              response: { 200: TokenAnswer, '4xx': TokenRefusal },
            },
          },
          async (request, reply) => {
            reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
            return issueToken(dependencies, { ...request.query, ...request.body });
          },
        );
      }
    },
  };
}

async function issueToken(
  { store, tokens }: Dependencies,
  { grant_type: grantType, client_id: clientId, client_secret: secret }: Static<typeof TokenParams>,
): Promise<Static<typeof TokenAnswer>> {
  if ([grantType, clientId, secret].some((value) => value?.includes('\0'))) {
    throw refused('invalid_request', 'a parameter holds a NUL character');
  }
  if (!grantType) throw missing('grant_type');
  if (grantType !== 'client_credentials') {
    throw refused('unsupported_grant_type', 'the grant_type must be client_credentials');
  }
  if (!clientId) throw missing('client_id');
  if (!secret) throw missing('client_secret');
  const organization = await store.organizations.authenticate(clientId, secret);
  // One answer for both, so that it does not tell which clients exist.
  if (organization === undefined)
    throw refused('invalid_client', 'the client_id or the client_secret is wrong');
  return {
    access_token: await tokens.issue({
      clientId,
      orgId: organization.id,
      userId: `${clientId}@techacct.adobe.com`,
    }),
    token_type: 'bearer',
    expires_in: tokens.lifetimeSeconds,
  };
}

type OAuthError = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type';

function missing(parameter: string): Problem {
  return refused('invalid_request', `the parameter ${parameter} is missing`);
}

function refused(error: OAuthError, description: string): Problem {
  return new Problem(error === 'invalid_client' ? 'unauthorized' : 'invalidParameter', description, {
    code: error,
  });
}

/** RFC 6749, section 5.2. */
const problems: ProblemFormat = {
  mediaType: 'application/json',
  schema: Type.Object({ error: Type.String(), error_description: Type.String() }),
  body: (problem) => ({
    error: problem.code ?? (problem.status >= 500 ? 'server_error' : 'invalid_request'),
    error_description: problem.message,
  }),
};
