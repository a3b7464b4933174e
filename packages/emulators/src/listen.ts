import type { FastifyInstance } from 'fastify';
import type { GeneratedObject } from './rows/field.ts';

/** Where an emulator listens, and what it generates: options that all of them have. */
export interface CommonOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, any free one. */
  readonly port?: number;
  /** A whole number; the same seed and rows give the same bytes. Default 1. */
  readonly seed?: number;
  /** Rows to generate by object; objects left out have the emulator's default number. */
  readonly rows?: Readonly<Record<string, number>>;
  /** A file that keeps mutations, clock and credentials over restarts. */
  readonly journalPath?: string;
}

/** An emulator that runs; `C` is what a client needs to log in. */
export interface RunningEmulator<C> {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly credentials: C;
  close(): Promise<void>;
}

const MOST_ROWS = 100_000_000;

/** @throws RangeError where it is not a whole number. */
export function checkSeed(seed: number): number {
  if (!Number.isInteger(seed)) throw new RangeError('seed must be a whole number.');
  return seed;
}

/** Row counts by the objects' own names. @throws RangeError for an unknown object, or a count that is none. */
export function checkRows(
  rows: Readonly<Record<string, number>>,
  known: readonly GeneratedObject[],
  find: (name: string) => GeneratedObject | undefined,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, count]) => {
      const object = find(name);
      if (object === undefined) {
        const names = known.map((other) => other.name).join(', ');
        throw new RangeError(`rows names '${name}'; known are ${names}.`);
      }
      if (!Number.isInteger(count) || count < 0 || count > MOST_ROWS) {
        throw new RangeError(`rows.${object.name} must be a whole number from 0 to ${MOST_ROWS}.`);
      }
      return [object.name, count];
    }),
  );
}

/** Listens; gives the address without a slash at the end. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  await server.listen({ host, port });
  const address = server.addresses()[0];
  if (address === undefined || typeof address === 'string') throw new Error('The server listens nowhere.');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
