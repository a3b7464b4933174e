import type { FastifyError, FastifyReply } from 'fastify';
import { BulkRefusal } from '../bulk-jobs.ts';
import { SoqlError } from '../soql/error.ts';

/** An error in the REST API's own shape: `[{message, errorCode}]`. */
export class ApiError extends Error {
  readonly status: number;
  readonly errorCode: string;
  /** Seconds for a Retry-After header. */
  readonly retryAfter: number | undefined;

  constructor(status: number, errorCode: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.retryAfter = retryAfter;
  }
}

export function notFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'The requested resource does not exist');
}

/** Answers whatever a route threw, as Salesforce would put it. */
export function sendError(error: FastifyError | Error, reply: FastifyReply): FastifyReply {
  const { status, errorCode, message, retryAfter } = asApiError(error);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply.code(status).type('application/json;charset=UTF-8').send([{ message, errorCode }]);
}

function asApiError(error: FastifyError | Error): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SoqlError) return new ApiError(400, error.code, error.message);
  if (error instanceof BulkRefusal) return new ApiError(400, error.code, error.message);
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status === 415) return new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', error.message);
  if (status < 500) return new ApiError(status, 'JSON_PARSER_ERROR', error.message);
  return new ApiError(500, 'UNKNOWN_EXCEPTION', `The emulator failed: ${error.message}`);
}
