import { Type } from 'typebox';
import type { ProblemFormat } from '../../http/service.ts';

/** The Identity Service's error body. */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Type.Object({
    timestamp: Type.String(),
    type: Type.String(),
    status: Type.Integer(),
    title: Type.String(),
    description: Type.String(),
    report: Type.Object({
      code: Type.String(),
      errors: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
    }),
  }),
  body: (problem) => ({
    timestamp: new Date().toISOString(),
    type: 'http://ns.adobe.com/adobecloud/problem/namespacevalidation',
    status: problem.status,
    title: problem.status === 409 ? 'NAMESPACE_CODE_CONFLICT' : 'Namespace validation',
    description: problem.message,
    report: {
      code: problem.code ?? CODES[problem.status] ?? 'INVALID_REQUEST_PARAMS',
      errors: problem.violations.map(({ path, message }) => ({ path, message })),
    },
  }),
};

const CODES: Readonly<Record<number, string>> = {
  401: 'INVALID_IMS_TOKEN',
  404: 'NAMESPACE_NOT_FOUND',
  500: 'INTERNAL_SERVER_ERROR',
};
