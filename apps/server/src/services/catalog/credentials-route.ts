import { Type } from 'typebox';
import { Problem } from '../../http/problem.ts';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from './answer-schemas.ts';
import { requireDataSet } from './shown-data-set.ts';

/** `/dataSets/{id}/credentials`: there are none to give, since nobody writes to the lake but the server. */
export function registerCredentials(routes: Routes): void {
  routes.get(
    '/dataSets/:id/credentials',
    {
      schema: {
        summary: 'Credentials for the storage of a dataset: never given',
        description:
          'The platform has deprecated them. Rows land by dataflows; they are read by Data Access or as an Iceberg table.',
        deprecated: true,
        params: Type.Object({ id: Type.String() }),
        response: {
          400: refusals[400],
          403: { ...refusals[400], description: 'Always.' },
          404: refusals[404],
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      await requireDataSet(sandboxOf(request).store, id);
      throw new Problem(
        'forbidden',
        `No credentials are given for the storage of the dataset ${id}. Read it by Data Access, or as the Iceberg table that extensions.tributary of the dataset names.`,
      );
    },
  );
}
