import { Type } from 'typebox';
import type { Problem } from '../../http/problem.ts';
import type { ProblemFormat } from '../../http/service.ts';
import { isRefusalCode, type RefusalCode, ResourceNotFound, titleOf } from './refusal.ts';

/**
 * The Flow Service's error body: `type` ends in the catalogue's code (or in the bare status where the catalogue has
 * none), `report` tells the places, and the text stands where each generation of clients looks for it.
 */
export const problems: ProblemFormat = {
  mediaType: 'application/json',
  schema: Type.Object({
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    report: Type.Object(
      {
        'detailed-message': Type.String(),
        'request-id': Type.String(),
        id: Type.Optional(Type.String({ description: 'Of what was not found.' })),
        type: Type.Optional(Type.String()),
        violations: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
      },
      { additionalProperties: true },
    ),
    errorMessage: Type.String(),
    errorDetails: Type.String(),
  }),
  body(problem, request) {
    const code = codeOf(problem);
    return {
      type: `https://ns.adobe.com/aep/errors/FLOW-${code ?? problem.status}`,
      title: code === undefined ? (titles[problem.kind] ?? 'Invalid request') : titleOf(code),
      status: problem.status,
      detail: problem.message,
      report: {
        'detailed-message': problem.message,
        'request-id': request.id,
        ...(problem instanceof ResourceNotFound && { id: problem.resourceId, type: problem.resourceType }),
        ...(problem.violations.length > 0 && { violations: problem.violations }),
      },
      errorMessage: problem.message,
      errorDetails: problem.message,
    };
  },
};

/** Titles of what the catalogue has no code for. */
const titles: Readonly<Partial<Record<Problem['kind'], string>>> = {
  forbidden: 'Forbidden',
  notFound: 'Resource not found',
  missingHeader: 'Header is missing',
  conflict: 'Conflict',
  payloadTooLarge: 'Payload too large',
  unsupportedMediaType: 'Unsupported media type',
  sourceRefused: 'The source refused',
};

function codeOf(problem: Problem): RefusalCode | undefined {
  if (isRefusalCode(problem.code)) return problem.code;
  switch (problem.kind) {
    case 'unauthorized':
      return '2000-401';
    case 'missingHeader':
      return problem.violations[0]?.path === 'x-sandbox-name' ? '2105-400' : undefined;
    case 'unavailable':
      return '1103-503';
    case 'internal':
      return '1102-500';
    default:
      return undefined;
  }
}
