import fastify from 'fastify';
import { expect, test } from 'vitest';
import { requestUrl } from './request-url.ts';

test.each([
  ['tributary.example:8080', 'http://tributary.example:8080/files?start=2'],
  ['[::1]:8080', 'http://[::1]:8080/files?start=2'],
  [':::', 'http://localhost/files?start=2'],
  ['', 'http://localhost/files?start=2'],
])('a request to the host %j has the address %s', async (host, address) => {
  const app = fastify();
  app.get('/files', async (request) => requestUrl(request).href);
  expect((await app.inject({ url: '/files?start=2', headers: { host } })).body).toBe(address);
});
