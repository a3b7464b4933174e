import type { Source } from '@tributary/connectors';
import type { ConnectionDocument } from './documents.ts';
import { FlowUnfit } from './failure.ts';
import type { RunnerServices } from './services.ts';

/** The source behind a base connection, with its credentials unsealed. */
export function openSourceOf(
  services: Pick<RunnerServices, 'vault' | 'openSource'>,
  connectionId: string,
  { connectionSpec, auth, sealedParams }: ConnectionDocument,
): Source {
  const params: unknown = JSON.parse(services.vault.open(sealedParams, connectionId));
  const source = services.openSource(connectionSpec.id, auth.specName, params);
  if (source !== undefined) return source;
  throw new FlowUnfit([
    {
      path: '/sourceConnectionIds/0',
      message: `nothing can be read through connection spec ${connectionSpec.id} yet`,
    },
  ]);
}
