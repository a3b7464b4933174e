import { listFunctions, listOperators, validateExpression } from '@tributary/data-prep';
import { Type } from 'typebox';
import type { Routes } from '../../http/service.ts';

/** An expression, plain or in an object of its own: the documentation shows both. */
const validateBody = Type.Object({
  expression: Type.Union([Type.String(), Type.Object({ expression: Type.String() })]),
  mappingSetId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** The expression language: its functions, its operators, and whether an expression is one. */
export function registerLanguage(routes: Routes): void {
  routes.get('/languages/el/functions', { schema: { summary: 'Every function' } }, async () =>
    listFunctions(),
  );
  routes.get('/languages/el/operators', { schema: { summary: 'Every operator' } }, async () =>
    listOperators(),
  );
  routes.post(
    '/languages/el/validate',
    { schema: { summary: 'Check an expression', body: validateBody } },
    async (request) => {
      const { expression } = request.body;
      const errors = validateExpression(typeof expression === 'string' ? expression : expression.expression);
      if (errors.length === 0) return { validationStatus: 'succeeded', error: 'none' };
      const summary = errors.map(
        ({ message, position }) => `${message} (line ${position.line}, column ${position.column})`,
      );
      return { validationStatus: 'failed', error: summary.join(' '), errors };
    },
  );
}
