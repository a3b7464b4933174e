import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Routes } from './service.ts';

/** Where the web UI's build puts its files. */
const BUILT_FOLDER = fileURLToPath(new URL('../../../web/dist', import.meta.url));

/** The paths of the UI's pages; each is answered with the one HTML file, which shows the page itself. */
const PAGES = [
  '/',
  '/flows',
  '/flows/:id',
  '/flows/:id/runs/:runId',
  '/connections',
  '/connections/:id',
  '/webhooks',
  '/webhooks/:id',
  '/mapping-language',
];

/** The build leaves this wherever the page wants a nonce. */
const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;

/**
 * Serves the web UI: its pages with a strict Content-Security-Policy, its files (whose names change with their
 * content) for good. Each page is a route of its own, so that no other unknown path is answered with HTML.
 * @param folder the UI's build; where there is none, the front page says so
 */
export async function serveWebUi(routes: Routes, folder: string = BUILT_FOLDER): Promise<void> {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    routes.get('/', { schema: { hide: true } }, (_request, reply) => sendPage(reply, () => NOT_BUILT));
    return;
  }
  const html = readFileSync(index, 'utf8');
  for (const page of PAGES) {
    routes.get(page, { schema: { hide: true } }, (_request, reply) =>
      sendPage(reply, (nonce) => html.replace(NONCE_PLACEHOLDER, nonce)),
    );
  }
  await routes.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    immutable: true,
    maxAge: '365d',
    setHeaders: (reply) => reply.header('x-content-type-options', 'nosniff'),
  });
}

function sendPage(reply: FastifyReply, htmlFor: (nonce: string) => string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .headers({
      'content-security-policy': contentSecurityPolicy(nonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      // A nonce is for one answer only.
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(htmlFor(nonce));
}

/** Nothing but this server's own files and APIs; the nonce is for the styles that Spectrum writes into the page. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tributary</title>
  </head>
  <body>
    <h1>Tributary</h1>
    <p>The server runs, but its web UI is not built. <code>npm start</code> builds it.</p>
    <p><a href="/docs">API reference</a></p>
  </body>
</html>
`;
