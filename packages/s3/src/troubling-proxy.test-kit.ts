import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** What is done to one request in place of passing it on and its answer back. */
export type Trouble =
  /** An error is answered that the server never gave. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string; readonly message?: string }
  /** The connection is cut after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** So many bytes of the answer's body arrive, and then nothing more. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The server does what it is asked, and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The connection is cut before the request has come whole; the server does not hear of it. */
  | { readonly kind: 'cut-request' }
  /** Neither is the server asked nor anything answered. */
  | { readonly kind: 'hold' };

export interface TroublingProxy {
  readonly url: URL;
  /**
   * Makes trouble to the next request that comes of a method, of a method and a path (`GET /bucket/key`), or
   * of one that a pattern matches of these; several queue up. Resolves once it has come.
   */
  trouble(request: string | RegExp, trouble: Trouble): Promise<void>;
  /** How much trouble has still to come. */
  readonly troubles: number;
  /** Makes none of what has still to come. */
  calm(): void;
  /** While false the server never sees `If-None-Match`, as one that does not know it. */
  knowsConditionalWrites: boolean;
  stop(): Promise<void>;
}

/** A proxy on a free port of this machine, in front of a server that listens on a socket. */
export async function startTroublingProxy(socketPath: string): Promise<TroublingProxy> {
  const troubles: { request: string | RegExp; trouble: Trouble; made: () => void }[] = [];
  const server = createServer((incoming, outgoing) => {
    const told = `${incoming.method} ${incoming.url?.split('?')[0]}`;
    const index = troubles.findIndex(({ request }) =>
      request instanceof RegExp ? request.test(told) : request === told || request === incoming.method,
    );
    const [found] = index < 0 ? [] : troubles.splice(index, 1);
    found?.made();
    if (found?.trouble.kind === 'refuse') refuse(incoming, outgoing, found.trouble);
    else if (found?.trouble.kind === 'cut-request') incoming.destroy();
    else if (found?.trouble.kind === 'hold') incoming.resume();
    else void passOn(incoming, outgoing, found?.trouble);
  });

  async function passOn(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    trouble: Trouble | undefined,
  ): Promise<void> {
    // Sent whole with its head: the server closes the connection of a request that it refuses before its body
    // has come.
    const body = Buffer.concat(await Array.fromAsync(incoming));
    const { 'if-none-match': condition, ...headers } = incoming.headers;
    const passed = proxy.knowsConditionalWrites && condition !== undefined;
    const forwarded = httpRequest(
      {
        socketPath,
        agent: false,
        method: incoming.method,
        path: incoming.url,
        headers: passed ? { ...headers, 'if-none-match': condition } : headers,
      },
      (answer) => passBack(answer, outgoing, trouble),
    );
    forwarded.on('error', () => outgoing.headersSent || outgoing.destroy());
    forwarded.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address has a port
  const proxy: TroublingProxy = {
    url: new URL(`http://127.0.0.1:${port}`),
    trouble: (request, trouble) =>
      new Promise<void>((made) => {
        troubles.push({ request, trouble, made });
      }),
    get troubles() {
      return troubles.length;
    },
    calm: () => void troubles.splice(0),
    knowsConditionalWrites: true,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, code, message = 'made up' }: Trouble & { kind: 'refuse' },
): void {
  incoming.resume();
  incoming.once('end', () => {
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  });
}

function passBack(answer: IncomingMessage, outgoing: ServerResponse, trouble: Trouble | undefined): void {
  if (trouble?.kind === 'lose-answer') {
    answer.resume();
    answer.once('end', () => outgoing.destroy());
    return;
  }
  // Who asked may have been killed meanwhile.
  if (outgoing.destroyed) {
    answer.destroy();
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  if (trouble === undefined || !('afterBytes' in trouble)) {
    pipeline(answer, outgoing, () => undefined);
    return;
  }
  let left = trouble.afterBytes;
  answer.on('end', () => left > 0 && outgoing.end());
  answer.on('data', (piece: Buffer) => {
    if (left <= 0) return;
    const sent = piece.subarray(0, left);
    left -= sent.length;
    outgoing.write(sent, () => {
      if (left <= 0 && trouble.kind === 'cut') outgoing.destroy();
    });
  });
}
