import type { KeepAuthParams } from '@tributary/connectors';
import type { ScopedStore, Vault } from '@tributary/store';
import { type ConnectionDocument, documentOf } from './documents.ts';
import { runnerActor } from './progress.ts';

/** All auth params of a base connection, secrets among them. */
export function openAuthParams(
  vault: Vault,
  connectionId: string,
  { sealedParams }: Pick<ConnectionDocument, 'sealedParams'>,
): Record<string, unknown> {
  // The Flow Service seals the params that met the auth spec's schema; what logins change of them keeps to it.
  return JSON.parse(vault.open(sealedParams, connectionId));
}

/**
 * Seals what a login changed of a base connection's auth params, such as a refresh token that was rotated. Where they have been
 * changed by somebody else since they were read, theirs stay.
 */
export function authParamsKeeper(store: ScopedStore, vault: Vault, connectionId: string): KeepAuthParams {
  return (changed, former) =>
    store.transaction(async (transaction) => {
      const connections = transaction.resources('connection');
      const connection = await connections.getForUpdate(connectionId);
      if (connection === undefined) return;
      const document = documentOf('connection', connection);
      const params = openAuthParams(vault, connectionId, document);
      if (Object.entries(former).some(([name, value]) => params[name] !== value)) return;
      const sealedParams = vault.seal(JSON.stringify({ ...params, ...changed }), connectionId);
      await connections.replace(connectionId, connection.etag, { ...document, sealedParams }, runnerActor);
    });
}
