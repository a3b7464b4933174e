import type { Source } from '@tributary/connectors';
import { FlowUnfit } from './failure.ts';
import type { PreparedFlow } from './prepare-flow.ts';
import { authParamsKeeper, openAuthParams } from './sealed-params.ts';
import type { Attempt } from './services.ts';

/** The source behind a base connection, with its credentials unsealed. */
export function openSourceOf(
  { services, store }: Pick<Attempt, 'services' | 'store'>,
  { id, document }: PreparedFlow['connection'],
): Source {
  const { connectionSpec, auth } = document;
  const params = openAuthParams(services.vault, id, document);
  const source = services.openSource(connectionSpec.id, auth.specName, params, {
    keepAuthParams: authParamsKeeper(store, services.vault, id),
  });
  if (source !== undefined) return source;
  throw new FlowUnfit([
    {
      path: '/sourceConnectionIds/0',
      message: `nothing can be read through connection spec ${connectionSpec.id} yet`,
    },
  ]);
}
