import { connect } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { toProblem } from './to-problem.ts';

// No request is looked at for errors that are not Fastify's own.
const request = {} as FastifyRequest;

test('a store that does not answer is a 503, since trying again may do', async () => {
  const refused = await new Promise((resolve) => connect(1, '127.0.0.1').once('error', resolve));

  expect(toProblem(refused, request)).toMatchObject({ kind: 'unavailable', status: 503 });
});

test('what nobody foresaw is a 500 that repeats nothing of it', () => {
  const problem = toProblem(new Error('secret'), request);

  expect(problem).toMatchObject({ kind: 'internal', status: 500 });
  expect(problem.message).not.toContain('secret');
});
