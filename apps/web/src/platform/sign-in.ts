import { numberAt, textAt } from '../json.ts';
import { required } from './answers.ts';
import { FLOW_SERVICE } from './flow-service.ts';
import { send } from './http.ts';
import { headersOf, type Session } from './session.ts';

export interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly orgId: string;
  readonly sandbox: string;
}

/**
 * Gets a token for a client and makes sure that it opens the organisation and the sandbox.
 * @throws {PlatformError}
 */
export async function signIn({ clientId, clientSecret, orgId, sandbox }: Credential): Promise<Session> {
  const answer = await send('/ims/token/v3', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'openid,AdobeID,read_organizations',
    }),
  });
  const session = {
    accessToken: required(textAt(answer, 'access_token'), 'access token'),
    expiresAt: Date.now() + required(numberAt(answer, 'expires_in'), 'lifetime of the token') * 1000,
    clientId,
    orgId,
    sandbox,
  };
  await send(`${FLOW_SERVICE}/flows?limit=1`, { headers: headersOf(session) });
  return session;
}
