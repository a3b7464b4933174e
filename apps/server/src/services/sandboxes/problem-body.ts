import { Type } from 'typebox';
import type { ProblemFormat } from '../../http/service.ts';

/** The sandbox service's error body. Its published codes are about resets only; `SMS-1000-{status}` is Tributary's own. */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Type.Object({
    status: Type.Integer(),
    title: Type.String({ description: 'What is wrong, and the mend.' }),
    type: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  }),
  body: (problem) => ({
    status: problem.status,
    title: problem.message,
    type: `http://ns.adobe.com/aep/errors/${problem.code ?? `SMS-1000-${problem.status}`}`,
    ...(problem.violations.length > 0 && {
      errors: problem.violations.map(({ path, message }) => ({ path, message })),
    }),
  }),
};
