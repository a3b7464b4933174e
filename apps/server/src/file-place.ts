import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { S3LakeOptions } from '@tributary/lake';
import { ConfigurationError } from './configuration-error.ts';

/** Where the lake lies, or what runs keep beside it. */
export type FilePlace =
  | {
      readonly kind: 'folder';
      /** Absolute. */
      readonly folder: string;
    }
  | { readonly kind: 'bucket'; readonly options: S3LakeOptions };

/** Reads a setting; undefined where it is not set. */
type Setting = (name: string) => string | undefined;

/**
 * Reads `LAKE_URI` and what reaches it.
 * @throws {ConfigurationError} that names the setting, and repeats no secret
 */
export function lakePlaceOf(setting: Setting, dataFolder: string): FilePlace {
  return placeNamedBy('LAKE_URI', setting) ?? { kind: 'folder', folder: resolve(dataFolder, 'lake') };
}

/**
 * Reads `TRIBUTARY_STAGING` and what reaches it. Where nothing is set, pages and rejected rows are kept
 * beside the tables when these are in a bucket, so that they outlive the machine as the tables do; otherwise
 * in the data folder.
 * @throws {ConfigurationError} that names the setting, and repeats no secret
 */
export function stagingPlaceOf(setting: Setting, dataFolder: string, lake: FilePlace): FilePlace {
  const unset: FilePlace = lake.kind === 'bucket' ? lake : { kind: 'folder', folder: dataFolder };
  return placeNamedBy('TRIBUTARY_STAGING', setting) ?? unset;
}

function placeNamedBy(name: string, setting: Setting): FilePlace | undefined {
  const uri = setting(name);
  if (uri === undefined) return undefined;
  if (uri.startsWith('file:')) return { kind: 'folder', folder: folderOf(name, uri) };
  if (uri.startsWith('s3:')) return { kind: 'bucket', options: bucketOf(name, uri, setting) };
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) {
    throw new ConfigurationError(
      `${name} must be a folder, a file: URI or an s3: URI; '${uri.split(':', 1)[0]}:' is not served`,
    );
  }
  return { kind: 'folder', folder: resolve(uri) };
}

function folderOf(name: string, uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    throw new ConfigurationError(`${name} is not a usable file URI: '${uri}'`);
  }
}

function bucketOf(name: string, root: string, setting: Setting): S3LakeOptions {
  const accessKeyId = setting('AWS_ACCESS_KEY_ID');
  const secretAccessKey = setting('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const missing = accessKeyId === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    throw new ConfigurationError(
      `${missing} is not set: ${name} names a bucket, which is reached with a key`,
    );
  }
  return {
    root,
    serviceUrl: serviceUrlOf(setting('AWS_ENDPOINT_URL_S3')),
    region: setting('AWS_REGION'),
    credentials: { accessKeyId, secretAccessKey, sessionToken: setting('AWS_SESSION_TOKEN') },
  };
}

function serviceUrlOf(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  // It may hold a password, so it is not repeated.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new ConfigurationError(
      'AWS_ENDPOINT_URL_S3 must be the address of an S3 service, such as https://s3.example.com',
    );
  return url;
}
