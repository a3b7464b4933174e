import type { Source } from '@tributary/connectors';
import type { Vault } from '@tributary/store';
import type { ConnectionDocument } from './documents.ts';
import { FlowUnfit } from './failure.ts';
import type { RunnerServices } from './services.ts';

/** All auth params of a base connection, secrets among them. */
export function openAuthParams(
  vault: Vault,
  connectionId: string,
  { sealedParams }: Pick<ConnectionDocument, 'sealedParams'>,
): Record<string, unknown> {
  // The Flow Service seals the params that met the auth spec's schema, and nothing else is sealed here.
  return JSON.parse(vault.open(sealedParams, connectionId));
}

/** The source behind a base connection, with its credentials unsealed. */
export function openSourceOf(
  services: Pick<RunnerServices, 'vault' | 'openSource'>,
  connectionId: string,
  connection: ConnectionDocument,
): Source {
  const { connectionSpec, auth } = connection;
  const params = openAuthParams(services.vault, connectionId, connection);
  const source = services.openSource(connectionSpec.id, auth.specName, params);
  if (source !== undefined) return source;
  throw new FlowUnfit([
    {
      path: '/sourceConnectionIds/0',
      message: `nothing can be read through connection spec ${connectionSpec.id} yet`,
    },
  ]);
}
