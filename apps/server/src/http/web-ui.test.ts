import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Routes } from './service.ts';
import { serveWebUi } from './web-ui.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-web-ui-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<script nonce="__CSP_NONCE__" src="/assets/a-1.js"></script>');
writeFileSync(join(folder, 'assets', 'a-1.js'), 'export {};');
writeFileSync(join(folder, 'secret.txt'), 'not for the web');
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(built: string): Promise<Routes> {
  const app: Routes = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ title: 'notFound' }));
  await serveWebUi(app, built);
  return app;
}

describe('a built web UI', () => {
  let app: Routes;
  beforeAll(async () => {
    app = await serve(folder);
  });
  afterAll(() => app.close());

  test.each([
    '/',
    '/flows',
    '/flows/',
    '/flows/3f1c',
    '/flows/3f1c/runs/7b2e',
    '/connections',
    '/connections/new',
    '/webhooks/3f1c',
    '/mapping-language',
  ])('answers %s with its page', async (path) => {
    const answer = await app.inject(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch('text/html');
    expect(answer.body).toContain('/assets/a-1.js');
  });

  test('a page has a nonce of its own, the one that its policy names', async () => {
    const nonces = await Promise.all(
      ['/', '/'].map(async (path) => {
        const answer = await app.inject(path);
        const nonce = /nonce="([^"]+)"/.exec(answer.body)?.[1];
        expect(answer.headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  test('the policy lets nothing in from elsewhere and no inline code', async () => {
    const { headers } = await app.inject('/');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('files are kept for good, for their names change with their content', async () => {
    const answer = await app.inject('/assets/a-1.js');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test.each([
    '/data/foundation/nothing',
    '/ims/nothing',
    '/healthz/nothing',
    '/assets/gone-2.js',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/flows/3f1c/nothing',
  ])('%s is still not found', async (path) => {
    const answer = await app.inject({ path, headers: { accept: 'text/html' } });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch('application/json');
  });
});

describe('a web UI that is not built', () => {
  test('is told on the front page, with the way to the API reference', async () => {
    const app = await serve(join(folder, 'nowhere'));
    const answer = await app.inject('/');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('not built');
    expect(answer.body).toContain('href="/docs"');
    await app.close();
  });
});
