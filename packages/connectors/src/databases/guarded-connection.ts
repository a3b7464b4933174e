import type { OutboundClient } from '../outbound/client.ts';
import { GuardedSocket } from '../outbound/guarded-socket.ts';
import type { DatabaseParams } from './database-params.ts';
import { connectByTlsMode } from './tls-mode.ts';

/** A database client's connection, and the socket under it, whose end is the connection's. */
export interface Connected<C> {
  readonly connection: C;
  readonly socket: GuardedSocket;
}

/** Opens a connection on a socket that goes only where it may, encrypted as the parameters say. */
export function connectGuarded<C>(
  { tls }: DatabaseParams,
  outbound: OutboundClient,
  open: (socket: GuardedSocket, encrypted: boolean) => Promise<C>,
  isWithoutTls: (error: unknown) => boolean,
): Promise<Connected<C>> {
  const connect = async (encrypted: boolean) => {
    const socket = new GuardedSocket(outbound.policy);
    try {
      return { connection: await open(socket, encrypted), socket };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
  return connectByTlsMode(tls, connect, isWithoutTls);
}
