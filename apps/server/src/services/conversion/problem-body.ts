import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../http/problem.ts';
import type { RenderedProblem } from '../../http/service.ts';

/** Data Prep documents statuses only; the body is the platform's problem shape, with what is wrong where. */
export function renderProblem(problem: Problem): RenderedProblem {
  return {
    contentType: 'application/problem+json',
    body: {
      type: `http://ns.adobe.com/aep/errors/${problem.code ?? `CONVERSION-1000-${problem.status}`}`,
      title: STATUS_CODES[problem.status] ?? 'Error',
      status: problem.status,
      detail: problem.message,
      errors: problem.violations.map(({ path, message, code }) => ({ path, message, ...(code && { code }) })),
    },
  };
}
