import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireS3Server, startS3Server, type TestS3Server } from '@tributary/s3/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClosingStack } from './closing-stack.ts';
import { ConfigurationError } from './configuration-error.ts';
import { openLake } from './open-lake.ts';

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

const cache = () => ({ cacheFolder: join(folder, 'cache'), cacheBytes: 0 });
const scope = { orgId: 'ACME@AdobeOrg', sandboxId: 'prod' };

test('tables lie below the folder, or the prefix', async (context) => {
  requireS3Server(context);
  const local = await openLake(
    { place: { kind: 'folder', folder: join(folder, 'lake') }, ...cache() },
    closing,
  );
  expect(local.tableLocation(scope, 'people')).toBe(`file://${folder}/lake/ACME@AdobeOrg/prod/people`);
  const remote = await openLake(
    { place: { kind: 'bucket', options: { root: 's3://company/lake/', ...reach() } }, ...cache() },
    closing,
  );
  expect(remote.tableLocation(scope, 'people')).toBe('s3://company/lake/ACME@AdobeOrg/prod/people');
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
  const opening = openLake({ place: { kind: 'bucket', options }, ...cache() }, closing);
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toThrow(ConfigurationError);
  await expect(opening).rejects.not.toThrow(credentials.secretAccessKey);
});

test('copies of a process that was killed are removed, and those of other machines left', async () => {
  const left = join(folder, 'cache', `${hostname()}-999999999`);
  const others = join(folder, 'cache', 'another.machine-1');
  for (const path of [left, others]) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'copy'), 'copy');
  }
  await openLake({ place: { kind: 'folder', folder: join(folder, 'lake') }, ...cache() }, closing);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(others)).toBe(true);
});

function reach() {
  if (s3 === undefined) throw new Error('the S3 server is not installed');
  return { serviceUrl: s3.serviceUrl, credentials: s3.credentials };
}
