import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of a connection on which the server has sent so many bytes. */
export type ProxyFault =
  /** It is reset. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Nothing comes any more. */
  | { readonly kind: 'stall'; readonly afterBytes: number };

/** Stands between a client and a server on the loopback address, and lets happen to a connection what a network does. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Each happens once, in turn, to the first connection that has come so far. */
  readonly faults: ProxyFault[] = [];
  /** Is called when a connection has stalled. */
  onStall: () => void = () => undefined;

  private constructor(target: number) {
    this.#server = createServer((client) => this.#join(client, connect(target, '127.0.0.1')));
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    // It listens on a port.
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    let bytes = 0;
    let isBroken = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (piece: Buffer) => {
      if (isBroken) return;
      bytes += piece.length;
      const [fault] = this.faults;
      if (fault === undefined || bytes <= fault.afterBytes) {
        if (!client.write(piece)) server.pause();
        return;
      }
      this.faults.shift();
      isBroken = true;
      if (fault.kind === 'cut') client.resetAndDestroy();
      else {
        server.pause();
        this.onStall();
      }
    });
    client.on('drain', () => server.resume());
  }
}
