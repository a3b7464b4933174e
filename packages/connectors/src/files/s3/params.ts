import { type AuthParams, parseAuthParams, refusedParams } from '../../auth-params.ts';

/** One S3-compatible service, and which part of it is read. */
export interface S3Params {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Undefined: Amazon's. */
  readonly serviceUrl: URL | undefined;
  /** Undefined: the one that the service names. */
  readonly region: string | undefined;
  /** Undefined: all buckets that the key may see, each a folder at the root. */
  readonly bucket: string | undefined;
  /** The folder that is the root, without `/` at its ends; empty for the whole bucket. */
  readonly folder: string;
}

/** Amazon's rule for the names of buckets, which others share, with the letters that old ones may have. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;
const REGION = /^[A-Za-z0-9-]{1,40}$/;

/**
 * Reads the auth parameters of a base connection.
 *
 * @throws SourceError `refused` that names the parameter and never its value.
 */
export function parseS3Params(authSpecName: string, params: unknown): S3Params {
  return parseAuthParams({ 'Access Key': ofAccessKey }, authSpecName, params);
}

/** The values that must not show up in any message. */
export function secretsOf({ secretAccessKey, sessionToken }: S3Params): readonly string[] {
  return [secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

function ofAccessKey(params: AuthParams): S3Params {
  const bucket = optionalText(params, 'bucketName');
  if (bucket !== undefined && !BUCKET.test(bucket)) {
    throw refusedParams(
      'auth.params.bucketName: must be the name of a bucket alone; folders go to folderPath',
    );
  }
  const folder = folderOf(optionalText(params, 'folderPath') ?? '');
  if (folder !== '' && bucket === undefined) {
    throw refusedParams('auth.params.bucketName: must be given where folderPath is');
  }
  const region = optionalText(params, 'region');
  if (region !== undefined && !REGION.test(region)) {
    throw refusedParams('auth.params.region: must be the name of a region, such as eu-west-1');
  }
  return {
    accessKeyId: headerText(params, 's3AccessKey'),
    secretAccessKey: params.text('s3SecretKey').trim(),
    sessionToken: params.has('s3SessionToken') ? headerText(params, 's3SessionToken') : undefined,
    serviceUrl: params.has('serviceUrl') ? serviceUrlOf(params) : undefined,
    region,
    bucket,
    folder,
  };
}

function serviceUrlOf(params: AuthParams): URL {
  const url = params.url('serviceUrl', 'https://s3.example.com');
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw refusedParams('auth.params.serviceUrl: must be an address alone, such as https://s3.example.com');
  }
  return url;
}

/** A text that becomes a part of a header. */
function headerText(params: AuthParams, name: string): string {
  // Keys are copied from consoles, often with the end of their line.
  const text = params.text(name).trim();
  if (!/^[\x21-\x7e]+$/.test(text))
    throw refusedParams(`auth.params.${name}: has characters that no key has`);
  return text;
}

function optionalText(params: AuthParams, name: string): string | undefined {
  return params.has(name) ? params.text(name, { mayBeEmpty: true }) || undefined : undefined;
}

function folderOf(path: string): string {
  const names = path.split('/').filter((name) => name !== '');
  if (names.includes('..') || names.includes('.')) {
    throw refusedParams('auth.params.folderPath: must be a folder of the bucket; take . and .. out of it');
  }
  return names.join('/');
}
