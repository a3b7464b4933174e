import type { Source } from '@tributary/connectors';
import { FlowUnfit } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { authParamsKeeper, openAuthParams } from './sealed-params.ts';
import type { Attempt } from './services.ts';

/** The source behind a flow's source connection, with the credentials of its base connection unsealed. */
export function openSourceOf(
  { services, store }: Pick<Attempt, 'services' | 'store'>,
  { connection: { id, document }, sourceConnection }: Pick<PreparedFlow, 'connection' | 'sourceConnection'>,
): Source {
  const { connectionSpec, auth } = document;
  const params = openAuthParams(services.vault, id, document);
  const source = services.openSource(connectionSpec.id, auth.specName, params, {
    keepAuthParams: authParamsKeeper(store, services.vault, id),
    selection: sourceConnection.document,
  });
  if (source !== undefined) return source;
  throw new FlowUnfit([
    {
      path: '/sourceConnectionIds/0',
      message: `nothing can be read through connection spec ${connectionSpec.id} yet`,
    },
  ]);
}
