import type { ProblemKind } from '../../http/problem.ts';
import type { ProblemFormat } from '../../http/service.ts';
import { Failure } from './answer-schemas.ts';

const TITLES: Readonly<Record<ProblemKind, string>> = {
  malformedJson: 'BadRequestError',
  invalidBody: 'BadRequestError',
  invalidParameter: 'BadRequestError',
  missingHeader: 'BadRequestError',
  invalidHeader: 'BadRequestError',
  unauthorized: 'UnauthorizedError',
  forbidden: 'ForbiddenError',
  notFound: 'NotFoundError',
  methodNotAllowed: 'MethodNotAllowedError',
  notAcceptable: 'NotAcceptableError',
  conflict: 'ConflictError',
  preconditionFailed: 'PreconditionFailedError',
  payloadTooLarge: 'PayloadTooLargeError',
  unsupportedMediaType: 'UnsupportedMediaTypeError',
  sourceRefused: 'BadRequestError',
  unavailable: 'ServiceUnavailableError',
  internal: 'InternalServerError',
};

/**
 * The error body that the platform documents for the Catalog and for Data Access; its `type` really reads so.
 * `errors` is an addition: what is wrong where.
 */
export const problems: ProblemFormat = {
  mediaType: 'application/problem+json',
  schema: Failure,
  body: (problem) => ({
    type: '/placeholder/type/uri',
    status: problem.status,
    title: TITLES[problem.kind],
    detail: problem.message,
    ...(problem.violations.length > 0 && {
      errors: problem.violations.map(({ path, message }) => ({ path, message })),
    }),
  }),
};
