import type { S3ErrorAnswer } from './transport.ts';
import { textOf } from './xml.ts';

/** What a server refused, in its own words. Holds neither key nor signature. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  /** S3's own code, such as `NoSuchBucket`; `HTTP_<status>` where the server sent none. */
  readonly code: string;
  /** The region that the bucket lies in, where the server tells that it was asked in another. */
  readonly region: string | undefined;

  constructor(status: number, code: string, message: string, region?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.region = region;
  }
}

/** Longer messages of servers are cut. */
const MAX_MESSAGE_LENGTH = 500;

/** Codes of answers to a request without a body to its answer (HEAD). */
const CODE_BY_STATUS: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  307: 'TemporaryRedirect',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  503: 'SlowDown',
};

export function s3ErrorOf(answer: S3ErrorAnswer): S3Error {
  const { status, text, headers } = answer;
  const code = textOf(text, 'Code') ?? (text === '' ? CODE_BY_STATUS[status] : undefined) ?? `HTTP_${status}`;
  const message = textOf(text, 'Message') ?? `answered with status ${status}`;
  const region = textOf(text, 'Region') ?? headers['x-amz-bucket-region'];
  return new S3Error(
    status,
    code,
    message.slice(0, MAX_MESSAGE_LENGTH),
    typeof region === 'string' ? region : undefined,
  );
}

/** Codes of a server that cannot do now what it can do later, beside statuses 429 and 5xx. */
const BUSY_CODES: readonly string[] = [
  'SlowDown',
  'RequestTimeout',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'ConditionalRequestConflict',
];

/** Whether the same request may succeed later. */
export function isBusy({ status, code }: Pick<S3Error, 'status' | 'code'>): boolean {
  return status === 429 || (status >= 500 && status !== 501) || BUSY_CODES.includes(code);
}
