import { Type } from 'typebox';
import { type Routes, sandboxOf } from '../../http/service.ts';
import { refusals } from './answer-schemas.ts';
import { ROW_EXPIRATION } from './row-expiration.ts';
import { requireDataSet } from './shown-data-set.ts';

/** `/ttl/{datasetId}`: what may be set; what is set stands in the dataset itself. */
export function registerRowExpiration(routes: Routes): void {
  routes.get(
    '/ttl/:id',
    {
      schema: {
        summary: 'How long the rows of a dataset may be told to stay',
        description: 'What is set is told by the dataset, under `extensions.adobe_lakeHouse.rowExpiration`.',
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: {
          200: Type.Object({
            extensions: Type.Object({
              adobe_lakeHouse: Type.Object({
                rowExpiration: Type.Object({
                  defaultValue: Type.String({ description: 'What is advised; it is not applied.' }),
                  maxValue: Type.String({ description: 'ISO 8601, such as `P10Y`.' }),
                  minValue: Type.String(),
                }),
              }),
            }),
          }),
          ...refusals,
        },
      },
    },
    async (request) => {
      await requireDataSet(sandboxOf(request).store, request.params.id);
      return { extensions: { adobe_lakeHouse: { rowExpiration: ROW_EXPIRATION } } };
    },
  );
}
