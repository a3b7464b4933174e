import { isBusy, S3Error } from '@tributary/s3';
import { outboundErrorOf } from '../../outbound/errors.ts';
import type { SourceErrorKind } from '../../source.ts';
import { sourceErrorOfFault, sourceErrorOfOutbound } from '../../source-errors.ts';
import { outboundErrorOfS3 } from './outbound-transport.ts';
import { type S3Params, secretsOf } from './params.ts';

interface Mend {
  readonly kind: SourceErrorKind;
  readonly mend: string;
}

const KEY_UNKNOWN: Mend = {
  kind: 'refused',
  mend: 'auth.params.s3AccessKey is not known to the service: is it whole, and for this serviceUrl?',
};
const SECRET_WRONG: Mend = {
  kind: 'refused',
  mend: 'auth.params.s3SecretKey does not belong to s3AccessKey',
};
const TOKEN_WRONG: Mend = {
  kind: 'refused',
  mend: 'auth.params.s3SessionToken has ended or does not belong to s3AccessKey: temporary credentials come in threes',
};
const DENIED: Mend = {
  kind: 'refused',
  mend: 'give the key the rights s3:ListBucket on the bucket and s3:GetObject on its objects, and name the bucket in auth.params.bucketName where it may not list all buckets',
};
const NO_BUCKET: Mend = { kind: 'invalid', mend: 'name a bucket that is there in auth.params.bucketName' };
const WRONG_REGION: Mend = {
  kind: 'refused',
  mend: 'set auth.params.region to where the bucket lies',
};
const WRONG_CLOCK: Mend = {
  kind: 'refused',
  mend: 'set the clock of the machine that Tributary runs on',
};
const ARCHIVED: Mend = { kind: 'invalid', mend: 'restore the object from the archive, and read it then' };
const NO_S3: Mend = { kind: 'refused', mend: 'is auth.params.serviceUrl the address of an S3 service?' };

/** What can be done about the refusals that S3 has a code of its own for. */
const MENDS: Readonly<Record<string, Mend>> = {
  InvalidAccessKeyId: KEY_UNKNOWN,
  InvalidSecurity: KEY_UNKNOWN,
  SignatureDoesNotMatch: SECRET_WRONG,
  ExpiredToken: TOKEN_WRONG,
  InvalidToken: TOKEN_WRONG,
  TokenRefreshRequired: TOKEN_WRONG,
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  AccountProblem: DENIED,
  NoSuchBucket: NO_BUCKET,
  InvalidBucketName: NO_BUCKET,
  PermanentRedirect: WRONG_REGION,
  TemporaryRedirect: WRONG_REGION,
  AuthorizationHeaderMalformed: WRONG_REGION,
  RequestTimeTooSkewed: WRONG_CLOCK,
  InvalidObjectState: ARCHIVED,
  UnexpectedAnswer: NO_S3,
};

/** What the service or the network did as a {@link SourceError} that names the mend and holds no secret. */
export function sourceErrorOfS3(error: unknown, params: S3Params): unknown {
  if (!(error instanceof S3Error)) return sourceErrorOfOutbound(outboundErrorOfS3(error) ?? error);
  const { kind, mend } = mendOf(error);
  const region = error.region === undefined ? '' : ` (${error.region})`;
  const message = mend === '' ? error.message : `${error.message.replace(/\.$/, '')}; ${mend}${region}`;
  return sourceErrorOfFault('S3', kind, { code: error.code, message }, secretsOf(params));
}

/** What broke a body off, in the same way. */
export function sourceErrorOfBody(error: unknown, path: string): unknown {
  return sourceErrorOfOutbound(outboundErrorOf(error, `S3: /${path} broke off`));
}

function mendOf(error: S3Error): Mend {
  if (isBusy(error)) return { kind: 'busy', mend: '' };
  const known = Object.hasOwn(MENDS, error.code) ? MENDS[error.code] : undefined;
  if (known !== undefined) return known;
  if (error.code.startsWith('HTTP_')) return NO_S3;
  return { kind: error.status === 401 || error.status === 403 ? 'refused' : 'invalid', mend: '' };
}
