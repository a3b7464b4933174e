import { expect, test } from 'vitest';
import { createTokens } from './access-tokens.ts';

const key = new Uint8Array(32).fill(7);
const claims = { clientId: 'client', orgId: 'ACME@AdobeOrg', userId: 'client@techacct.adobe.com' };

test('a token says who bears it', async () => {
  const tokens = createTokens(key);

  expect(await tokens.verify(await tokens.issue(claims))).toEqual(claims);
});

test('a token that has expired says nothing', async () => {
  const tokens = createTokens(key, -1);

  expect(await tokens.verify(await tokens.issue(claims))).toBeUndefined();
});

test('a token under another key, or altered, says nothing', async () => {
  const tokens = createTokens(key);
  const [header, payload, signature] = (await tokens.issue(claims)).split('.');
  const other = await createTokens(new Uint8Array(32).fill(8)).issue(claims);
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;

  for (const token of [other, unsigned, `${header}.${payload}`, `${header}.e30.${signature}`, 'a.b.c', '']) {
    expect(await tokens.verify(token)).toBeUndefined();
  }
});
