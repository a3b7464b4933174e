import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClosingStack } from './closing-stack.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { FilePlace } from './file-place.ts';
import { openKeptPlaces } from './open-kept-places.ts';
import { openLake } from './open-lake.ts';
import { openPlace } from './open-place.ts';

let s3: TestS3Server | undefined;
let folder: string;
const closing = new ClosingStack();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'));
  s3 = await startS3Server();
  await s3?.createBucket('company');
});
afterAll(async () => {
  await closing.close();
  await s3?.stop();
  rmSync(folder, { recursive: true });
});

function reach() {
  if (s3 === undefined) throw new Error('the S3 server is not installed');
  return { serviceUrl: s3.serviceUrl, credentials: s3.credentials };
}

const folderPlace = (name: string): FilePlace => ({ kind: 'folder', folder: join(folder, name) });
const bucketPlace = (root: string): FilePlace => ({ kind: 'bucket', options: { root, ...reach() } });

test('tables lie below the folder, or the prefix', async (context) => {
  requireS3Server(context);
  const cache = { cacheFolder: join(folder, 'cache'), cacheBytes: 0 };
  const locationIn = async (place: FilePlace) => {
    const lake = await openLake(await openPlace(place, 'LAKE_URI'), cache, closing);
    return lake.tableLocation({ orgId: 'ACME@AdobeOrg', sandboxId: 'prod' }, 'people');
  };
  expect(await locationIn(folderPlace('lake'))).toBe(`file://${folder}/lake/ACME@AdobeOrg/prod/people`);
  expect(await locationIn(bucketPlace('s3://company/lake/'))).toBe(
    's3://company/lake/ACME@AdobeOrg/prod/people',
  );
});

test('what runs keep is written to the configured place, and looked for where it may have been before', async (context) => {
  requireS3Server(context);
  const stagingOf = async (lake: FilePlace, staging: FilePlace) => {
    const dataFolder = join(folder, 'data');
    const opened = await openPlace(lake, 'LAKE_URI');
    const places = await openKeptPlaces({ lake, staging, dataFolder }, opened, join(folder, 'pages'));
    return places.map((place) => place.staging);
  };
  const inBucket = 's3://company/lake/_staging';
  const inData = `file://${folder}/data/staging`;
  const bucket = bucketPlace('s3://company/lake');
  expect(await stagingOf(folderPlace('data/lake'), folderPlace('data'))).toEqual([inData]);
  expect(await stagingOf(folderPlace('data/lake'), folderPlace('shared'))).toEqual([
    `file://${folder}/shared/staging`,
    inData,
  ]);
  expect(await stagingOf(bucket, bucket)).toEqual([inBucket, inData]);
  expect(await stagingOf(bucket, folderPlace('data'))).toEqual([inData, inBucket]);
  expect(await stagingOf(bucket, bucketPlace('s3://company/pages/'))).toEqual([
    's3://company/pages/_staging',
    inBucket,
    inData,
  ]);
});

test.each([
  ['is not there', 's3://nowhere/lake', {}, /LAKE_URI: s3:\/\/nowhere\/lake cannot be listed/],
  [
    'is reached with a wrong key',
    's3://company/lake',
    { secretAccessKey: 'wrong' },
    /cannot be listed.*signature/,
  ],
  ['has a prefix that no reader finds', 's3://company/la?ke', {}, /LAKE_URI.*choose a prefix/],
])('a bucket that %s is refused, and no secret told', async (_, root, wrong, message) => {
  const { serviceUrl, credentials } = reach();
  const options = { root, serviceUrl, credentials: { ...credentials, ...wrong } };
  const opening = openPlace({ kind: 'bucket', options }, 'LAKE_URI');
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toThrow(ConfigurationError);
  await expect(opening).rejects.not.toThrow(credentials.secretAccessKey);
});

test('a folder that no location can name is refused', async () => {
  const opening = openPlace(folderPlace('what?'), 'TRIBUTARY_STAGING');
  await expect(opening).rejects.toThrow(/^TRIBUTARY_STAGING: .*choose a folder/);
});
