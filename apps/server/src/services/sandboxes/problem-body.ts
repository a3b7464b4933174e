import type { Problem } from '../../http/problem.ts';
import type { RenderedProblem } from '../../http/service.ts';

/** The sandbox service's error body. Its published codes are about resets only; `SMS-1000-{status}` is Tributary's own. */
export function renderProblem(problem: Problem): RenderedProblem {
  return {
    contentType: 'application/problem+json',
    body: {
      status: problem.status,
      title: problem.message,
      type: `http://ns.adobe.com/aep/errors/${problem.code ?? `SMS-1000-${problem.status}`}`,
      ...(problem.violations.length > 0 && {
        errors: problem.violations.map(({ path, message }) => ({ path, message })),
      }),
    },
  };
}
