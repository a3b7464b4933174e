import { expect, test } from 'vitest';
import { EMPTY_PAYLOAD_HASH, signatureHeaders } from './signature.ts';

/** Of the examples in Amazon's description of Signature Version 4. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = new Date('2013-05-24T00:00:00Z');

test.each([
  ['lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
])('requests are signed as Amazon signs them: ?%s', (query, signature) => {
  const url = new URL(`https://examplebucket.s3.amazonaws.com/?${query}`);
  const request = { method: 'GET', url, payloadHash: EMPTY_PAYLOAD_HASH };
  const headers = signatureHeaders(request, credentials, 'us-east-1', now);
  expect(headers.authorization).toContain(`Signature=${signature}`);
  expect(headers.authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,');
  expect(headers['x-amz-date']).toBe('20130524T000000Z');
});

test('the token of temporary credentials is sent and signed', () => {
  const url = new URL('https://s3.eu-west-1.amazonaws.com/bucket/key');
  const request = { method: 'GET', url, payloadHash: EMPTY_PAYLOAD_HASH };
  const headers = signatureHeaders(request, { ...credentials, sessionToken: 'token' }, 'eu-west-1', now);
  expect(headers['x-amz-security-token']).toBe('token');
  expect(headers.authorization).toContain('x-amz-date;x-amz-security-token,');
});
