import { isDatabaseOutage, isSandboxClosed } from '@tributary/store';
import type { FastifyError, FastifyRequest } from 'fastify';
import { Problem, type Violation } from './problem.ts';

/** A JSON body beyond this is refused; files are uploaded otherwise. */
export const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** What an error that a handler or Fastify itself threw means to the caller. */
export function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (isFastifyError(error)) {
    if (error.validation) return invalidRequest(error);
    switch (error.code) {
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        return new Problem('payloadTooLarge', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        return unsupportedMediaType(request);
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return new Problem('invalidParameter', error.message, { status: error.statusCode });
    }
  }
  if (isDatabaseOutage(error)) {
    return new Problem('unavailable', 'The metadata store does not answer. Try again later.', {
      cause: error,
    });
  }
  if (isSandboxClosed(error)) {
    return new Problem('forbidden', 'The sandbox is being reset or deleted, and takes nothing any more.', {
      cause: error,
    });
  }
  return new Problem('internal', 'Something went wrong inside Tributary. The log has the details.', {
    cause: error,
  });
}

function unsupportedMediaType({ headers, routeOptions }: FastifyRequest): Problem {
  const expected = routeOptions.schema?.consumes?.[0] ?? 'application/json';
  return new Problem(
    'unsupportedMediaType',
    `The header Content-Type is '${headers['content-type'] ?? ''}'; send ${expected}.`,
    { violations: [{ path: 'Content-Type', message: `expected ${expected}` }] },
  );
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error;
}

function invalidRequest(error: FastifyError): Problem {
  const violations: Violation[] = (error.validation ?? [])
    // That none of several schemas is met says nothing beside what each of them misses.
    .filter(({ keyword }) => keyword !== 'anyOf')
    .map(violationOf);
  const where = error.validationContext === 'body' ? 'body' : 'parameters';
  return new Problem(
    where === 'body' ? 'invalidBody' : 'invalidParameter',
    `The ${where} of the request: ${violations.map(({ path, message }) => `${path || '(root)'} ${message}`).join('; ')}.`,
    { violations },
  );
}

type ValidationError = NonNullable<FastifyError['validation']>[number];

function violationOf({ instancePath, message, params, keyword }: ValidationError): Violation {
  const { missingProperty, additionalProperty, allowedValues } = params;
  const name = missingProperty ?? additionalProperty;
  const path = typeof name === 'string' ? `${instancePath}/${name}` : instancePath;
  if (keyword === 'additionalProperties') return { path, message: 'is not known here; remove it' };
  if (keyword === 'enum') return { path, message: `must be one of ${list(allowedValues)}` };
  return { path, message: message ?? 'is not valid' };
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : String(values);
}
