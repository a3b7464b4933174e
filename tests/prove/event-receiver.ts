import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from './random.ts';

export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  /** The run that it is about. */
  readonly subject: string;
}

/** Takes events, and once in a while refuses one the first time it is told. */
export class EventReceiver {
  readonly #server: Server;
  readonly #refused = new Set<string>();
  /** What was taken, each event as often as it was told. */
  readonly told: ToldEvent[] = [];

  private constructor(random: Random) {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      const event = JSON.parse(body) as ToldEvent;
      if (!this.#refused.has(event.id) && random.chance(0.05)) {
        this.#refused.add(event.id);
        response.writeHead(503).end();
        return;
      }
      this.told.push(event);
      response.writeHead(204).end();
    });
  }

  static async start(random: Random): Promise<EventReceiver> {
    const receiver = new EventReceiver(random);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/events`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
