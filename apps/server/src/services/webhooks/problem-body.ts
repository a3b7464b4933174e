import { Type } from 'typebox';
import type { ProblemFormat } from '../../http/service.ts';

/** Problem Details (RFC 9457). */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Type.Object({
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    violations: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  }),
  body: ({ kind, status, message, violations }) => ({
    title: kind,
    status,
    detail: message,
    violations: violations.map(({ path, message: what }) => ({ path, message: what })),
  }),
};
