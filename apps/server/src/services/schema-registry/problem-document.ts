import { randomUUID } from 'node:crypto';
import type { Outcome, RegistryProblem } from '@tributary/xdm';
import { Type } from 'typebox';
import { Problem, type ProblemKind } from '../../http/problem.ts';
import type { ProblemFormat } from '../../http/service.ts';

/** Faults that are told one by one; one thing done wrong throughout a body makes very many. */
const MAX_SUB_ERRORS = 100;

const TYPE_PREFIX = 'http://ns.adobe.com/aep/errors/';

/** Titles of the codes that the platform publishes. */
const TITLES: Readonly<Record<string, string>> = {
  'XDM-1006-400': 'Accept header invalid',
  'XDM-1007-400': 'Accept header invalid',
  'XDM-1008-400': 'Accept header invalid',
  'XDM-1009-400': 'Accept header invalid',
  'XDM-1010-404': 'Resource not found',
  'XDM-1011-404': 'Resource not found',
  'XDM-1012-404': 'Resource not found',
  'XDM-1013-404': 'Resource not found',
  'XDM-1014-404': 'Resource not found',
  'XDM-1015-404': 'Resource not found',
  'XDM-1016-404': 'Resource not found',
  'XDM-1017-404': 'Resource not found',
  'XDM-1020-400': 'Namespace validation error',
  'XDM-1021-400': 'Namespace validation error',
  'XDM-1413-400': 'Merge Schema Error',
  'XDM-1521-400': 'Title not unique',
  'XDM-1526-400': 'Union validation error',
  'XDM-1527-400': 'Union validation error',
  'XDM-1528-400': 'Union validation error',
  'XDM-3005-400': 'Import Resource Failed',
};

const TITLES_BY_KIND: Partial<Readonly<Record<ProblemKind, string>>> = {
  unauthorized: 'Access denied',
  forbidden: 'Access denied',
  notFound: 'Resource not found',
  conflict: 'Resource in use',
  malformedJson: 'Request body invalid',
  invalidBody: 'Resource validation error',
};

/** The registry's problem document. Faults without a published code are `XDM-1000-{status}`, Tributary's own. */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Type.Object({
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    report: Type.Object({
      registryRequestId: Type.String(),
      timestamp: Type.String(),
      'detailed-message': Type.String(),
      'sub-errors': Type.Array(
        Type.Object({
          type: Type.String(),
          title: Type.String(),
          status: Type.Integer(),
          detail: Type.String({
            description: 'A JSON pointer or a parameter’s name, and what is wrong there.',
          }),
        }),
      ),
    }),
    detail: Type.String(),
  }),
  body(problem) {
    const code = problem.code ?? ownCode(problem.status);
    return {
      type: TYPE_PREFIX + code,
      title: titleOf(code, problem.kind),
      status: problem.status,
      report: {
        registryRequestId: randomUUID(),
        timestamp: timestampOf(new Date()),
        'detailed-message': problem.message,
        'sub-errors': problem.violations.slice(0, MAX_SUB_ERRORS).map((violation) => ({
          type: TYPE_PREFIX + (violation.code ?? code),
          title: titleOf(violation.code ?? code, problem.kind),
          status: problem.status,
          detail: violation.path === '' ? violation.message : `${violation.path}: ${violation.message}`,
        })),
      },
      detail: problem.message,
    };
  },
};

function ownCode(status: number): string {
  return `XDM-1000-${status}`;
}

function titleOf(code: string, kind: ProblemKind): string {
  return TITLES[code] ?? TITLES_BY_KIND[kind] ?? 'Request invalid';
}

/** `MM-DD-YYYY hh:mm:ss` in UTC, as the registry prints it. */
export function timestampOf(date: Date): string {
  const [day = '', time = ''] = date.toISOString().split('T');
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}-${dayOfMonth}-${year} ${time.slice(0, 8)}`;
}

/** The value of an outcome; its problems, as one, are thrown. */
export function unwrap<T>(outcome: Outcome<T>, kind: ProblemKind): T {
  if (outcome.ok) return outcome.value;
  throw problemOf(outcome.problems, kind);
}

/** @throws {Problem} where there are any problems */
export function refuse(problems: readonly RegistryProblem[], kind: ProblemKind): void {
  if (problems.length > 0) throw problemOf(problems, kind);
}

function problemOf(problems: readonly RegistryProblem[], kind: ProblemKind): Problem {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more, see sub-errors)` : '';
  return new Problem(kind, `${first?.message ?? 'The resource is not valid.'}${others}`, {
    ...(first && { code: first.code }),
    violations: problems.map(({ path, message, code }) => ({ path, message, code })),
  });
}
