import type { Problem } from '../../http/problem.ts';
import type { RenderedProblem } from '../../http/service.ts';

/** The Identity Service's error body. */
export function renderProblem(problem: Problem): RenderedProblem {
  return {
    contentType: 'application/problem+json',
    body: {
      timestamp: new Date().toISOString(),
      type: 'http://ns.adobe.com/adobecloud/problem/namespacevalidation',
      status: problem.status,
      title: problem.status === 409 ? 'NAMESPACE_CODE_CONFLICT' : 'Namespace validation',
      description: problem.message,
      report: {
        code: problem.code ?? CODES[problem.status] ?? 'INVALID_REQUEST_PARAMS',
        errors: problem.violations.map(({ path, message }) => ({ path, message })),
      },
    },
  };
}

const CODES: Readonly<Record<number, string>> = {
  401: 'INVALID_IMS_TOKEN',
  404: 'NAMESPACE_NOT_FOUND',
  500: 'INTERNAL_SERVER_ERROR',
};
