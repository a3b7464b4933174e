import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { settings } from './settings.ts';

test('the README’s table is the table of settings', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const rows = settings.map(
    ({ variable, flag, fallback, meaning }) =>
      `| \`${variable}\` | \`--${flag}\` | ${fallback ?? ''} | ${meaning} |`,
  );
  const table = ['| variable | flag | default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
  expect(readme).toContain(`<!-- settings -->\n${table}\n<!-- /settings -->`);
});

test('a flag wins over the environment, and the environment over the default', () => {
  expect(readConfiguration({}, []).port).toBe(8080);
  expect(readConfiguration({ TRIBUTARY_PORT: '9000' }, []).port).toBe(9000);
  expect(readConfiguration({ TRIBUTARY_PORT: '9000' }, ['--port', '0']).port).toBe(0);
  expect(readConfiguration({ TRIBUTARY_PORT: '' }, []).port).toBe(8080);
});

const BUCKET = { LAKE_URI: 's3://bucket/lake', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'hunter2' };

test('what runs keep lies in the data folder, beside tables that are in a bucket, or where it is told', () => {
  const stagingOf = (environment: Record<string, string>) =>
    readConfiguration({ TRIBUTARY_DATA: '/data', ...environment }, []).staging;
  const bucket = readConfiguration(BUCKET, []).lake;
  expect(stagingOf({})).toEqual({ kind: 'folder', folder: '/data' });
  expect(stagingOf({ LAKE_URI: '/lake' })).toEqual({ kind: 'folder', folder: '/data' });
  expect(stagingOf(BUCKET)).toEqual(bucket);
  expect(stagingOf({ ...BUCKET, TRIBUTARY_STAGING: '/shared' })).toEqual({
    kind: 'folder',
    folder: '/shared',
  });
  expect(stagingOf({ ...BUCKET, LAKE_URI: '/lake', TRIBUTARY_STAGING: 's3://bucket/lake' })).toEqual(bucket);
});

test.each([
  [{ TRIBUTARY_PORT: 'http' }, /TRIBUTARY_PORT/],
  [{ TRIBUTARY_PORT: '70000' }, /TRIBUTARY_PORT/],
  [{ TRIBUTARY_DEMO: 'maybe' }, /TRIBUTARY_DEMO/],
  [{ TRIBUTARY_LOG: 'of' }, /TRIBUTARY_LOG/],
  [{ TRIBUTARY_ORG_ID: '../elsewhere' }, /TRIBUTARY_ORG_ID/],
  [{ TRIBUTARY_CLIENT_ID: 'two words' }, /TRIBUTARY_CLIENT_ID/],
  [{ TRIBUTARY_VAULT_KEY: 'hunter2' }, /TRIBUTARY_VAULT_KEY.*32 bytes/],
  [{ LAKE_URI: 'gs://bucket/lake' }, /LAKE_URI.*gs/],
  [{ LAKE_URI: 's3://bucket/lake' }, /AWS_ACCESS_KEY_ID.*LAKE_URI/],
  [{ LAKE_URI: 's3://bucket/lake', AWS_ACCESS_KEY_ID: 'hunter2' }, /AWS_SECRET_ACCESS_KEY/],
  [{ ...BUCKET, AWS_ENDPOINT_URL_S3: 'ftp://hunter2@host' }, /AWS_ENDPOINT_URL_S3/],
  [{ LAKE_URI: 'file://elsewhere/lake' }, /LAKE_URI/],
  [{ TRIBUTARY_STAGING: 's3://bucket/pages' }, /AWS_ACCESS_KEY_ID.*TRIBUTARY_STAGING/],
  [{ TRIBUTARY_STAGING: 'gs://bucket/pages' }, /TRIBUTARY_STAGING.*gs/],
  [{ DATABASE_URL: 'mysql://root:hunter2@db' }, /DATABASE_URL/],
])('%o is refused, naming the setting and repeating no secret', (environment, message) => {
  const read = () => readConfiguration(environment, []);
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/hunter2/);
});

test('an unknown flag is refused', () => {
  expect(() => readConfiguration({}, ['--prot', '1'])).toThrow(/prot/);
});
