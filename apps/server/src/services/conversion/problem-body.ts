import { STATUS_CODES } from 'node:http';
import { Type } from 'typebox';
import type { ProblemFormat } from '../../http/service.ts';

/** Data Prep documents statuses only; the body is the platform's problem shape, with what is wrong where. */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Type.Object({
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Array(
      Type.Object({ path: Type.String(), message: Type.String(), code: Type.Optional(Type.String()) }),
    ),
  }),
  body: (problem) => ({
    type: `http://ns.adobe.com/aep/errors/${problem.code ?? `CONVERSION-1000-${problem.status}`}`,
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    errors: problem.violations.map(({ path, message, code }) => ({ path, message, ...(code && { code }) })),
  }),
};
