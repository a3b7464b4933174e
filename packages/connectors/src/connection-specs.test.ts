import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import {
  authSpecByName,
  connectionSpecById,
  connectionSpecByName,
  connectionSpecs,
  secretParams,
} from './connection-specs.ts';
import { sourceFor } from './registry.ts';

const SALESFORCE = 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5';
const DYNAMICS = '38ad80fe-8b06-4938-94f4-d4ee80266b07';
const POSTGRESQL = '74a1c565-4e59-48d7-9d67-7c03b8a13137';
const MYSQL = '26d738e0-8963-47ea-aadf-c60de735468a';
const MARIADB = '3000eb99-cd47-43f3-827c-43caf170f015';
const LOCAL_FOLDER = 'bb0237ab-7a46-47ab-b355-a6e979b2216a';
const S3 = 'ecadc60c-7455-4d87-84dc-2a0e293d997b';
const SFTP = 'b7bf2577-4520-42c9-bae9-cad01560f7bc';
const DATA_LAKE = 'c604ff05-7f1a-43c0-8e18-33bf874cb11c';

const basic = {
  environmentUrl: 'https://example.my.salesforce.com',
  username: 'ada@example.com',
  password: 'pw',
  securityToken: 'token',
};
const credential = { environmentUrl: 'http://127.0.0.1:8080', clientId: 'id', clientSecret: 'secret' };

const vouched = {
  environmentUrl: 'https://example.my.salesforce.com',
  clientId: 'id',
  username: 'ada@example.com',
  privateKey: '-----BEGIN PRIVATE KEY-----',
};

describe('the connection specs', () => {
  test('have the ids that the platform gave them', () => {
    expect(connectionSpecs.map(({ id }) => id)).toEqual([
      SALESFORCE,
      DYNAMICS,
      POSTGRESQL,
      MYSQL,
      MARIADB,
      LOCAL_FOLDER,
      S3,
      SFTP,
      DATA_LAKE,
    ]);
    expect(connectionSpecById(SALESFORCE)?.name).toBe('salesforce');
    expect(connectionSpecByName('dynamics-online')?.id).toBe(DYNAMICS);
    expect(connectionSpecById('elsewhere')).toBeUndefined();
  });

  test('that are sources have a source behind them, and the target none', () => {
    expect(sourceFor(SALESFORCE)).toBeDefined();
    expect(sourceFor(DYNAMICS)).toBeDefined();
    for (const id of [POSTGRESQL, MYSQL, MARIADB, LOCAL_FOLDER, S3, SFTP])
      expect(sourceFor(id)).toBeDefined();
    expect(sourceFor(DATA_LAKE)).toBeUndefined();
  });

  test('say which parameters are secret', () => {
    const spec = specOf(SALESFORCE);
    expect(secretParams(spec, 'Basic Authentication')).toEqual(['password', 'securityToken', 'clientSecret']);
    expect(secretParams(spec, 'OAuth2 Client Credential')).toEqual(['clientSecret']);
    expect(secretParams(spec, 'OAuth2 JWT Token Credential')).toEqual(['clientSecret', 'jwtToken']);
    expect(secretParams(spec, 'OAuth2 JWT Bearer')).toEqual(['privateKey']);
    expect(secretParams(spec, 'OAuth2 Refresh Code')).toEqual([
      'clientSecret',
      'refreshToken',
      'accessToken',
    ]);
    expect(secretParams(specOf(DYNAMICS), 'Service Principal Key Based Authentication')).toEqual([
      'servicePrincipalKey',
    ]);
    expect(() => secretParams(spec, 'Basic')).toThrow(/no auth spec "Basic"/);
  });

  test.each(
    connectionSpecs.flatMap((spec) => [
      ...spec.authSpec.map((auth) => [`${spec.name}: ${auth.name}`, auth.spec] as const),
      ...[spec.sourceSpec?.spec, spec.targetSpec?.spec, spec.exploreSpec?.requestSpec]
        .filter((schema) => schema !== undefined)
        .map((schema) => [`${spec.name}: ${String(schema.description)}`, schema] as const),
    ]),
  )('hold valid schemas: %s', (_, schema) => {
    expect(() => ajv().compile(schema)).not.toThrow();
  });
});

describe('the auth parameters of Salesforce', () => {
  test.each([
    ['Basic Authentication', basic],
    ['Basic Authentication', { ...basic, securityToken: '' }],
    ['Basic Authentication', { ...basic, apiVersion: '60.0' }],
    ['Basic Authentication', { ...basic, apiVersion: 'v60.0' }],
    ['Basic Authentication', { ...basic, apiVersion: 60 }],
    ['Basic Authentication', { ...basic, clientId: 'id', clientSecret: 'secret' }],
    ['OAuth2 Client Credential', credential],
    ['OAuth2 Client Credential', { ...credential, environmentUrl: 'https://example.my.salesforce.com/' }],
    ['OAuth2 Client Credential', { ...credential, apiBudgetPercent: 50 }],
    [
      'OAuth2 JWT Token Credential',
      { instanceUrl: basic.environmentUrl, clientId: 'id', clientSecret: 'secret', jwtToken: 'a.b.c' },
    ],
    ['OAuth2 JWT Bearer', vouched],
    ['OAuth2 JWT Bearer', { ...vouched, audience: 'https://test.salesforce.com' }],
    ['OAuth2 Refresh Code', { ...credential, refreshToken: 'token' }],
    ['OAuth2 Refresh Code', { ...credential, refreshToken: 'token', accessToken: 'token' }],
  ])('are taken: %s %j', (authSpecName, params) => {
    expect(refusals(authSpecName, params)).toEqual([]);
  });

  test.each([
    ['Basic Authentication', { ...basic, password: undefined }, 'password'],
    ['Basic Authentication', { ...basic, environmentUrl: 'example' }, 'environmentUrl'],
    ['Basic Authentication', { ...basic, environmentUrl: 'ftp://example.com' }, 'environmentUrl'],
    ['Basic Authentication', { ...basic, environmentUrl: 'https://user:pw@example.com' }, 'environmentUrl'],
    ['Basic Authentication', { ...basic, apiVersion: '46.0' }, 'apiVersion'],
    ['Basic Authentication', { ...basic, apiVersion: '60.0/../..' }, 'apiVersion'],
    ['Basic Authentication', { ...basic, clientId: 'id' }, 'clientSecret'],
    ['Basic Authentication', { ...basic, passwort: 'pw' }, 'passwort'],
    ['OAuth2 Client Credential', { ...credential, clientSecret: '' }, 'clientSecret'],
    ['OAuth2 Client Credential', { ...credential, clientId: 7 }, 'clientId'],
    ['OAuth2 Client Credential', { ...credential, apiBudgetPercent: 101 }, 'apiBudgetPercent'],
    ['OAuth2 JWT Bearer', { ...vouched, privateKey: undefined }, 'privateKey'],
    ['OAuth2 JWT Bearer', { ...vouched, audience: 'login' }, 'audience'],
    ['OAuth2 Refresh Code', credential, 'refreshToken'],
  ])('are refused by name: %s %j for %s', (authSpecName, params, name) => {
    expect(refusals(authSpecName, params).join()).toContain(name);
  });
});

describe('the auth parameters of Dynamics', () => {
  const principal = {
    serviceUri: 'https://example.crm.dynamics.com',
    servicePrincipalId: 'id',
    servicePrincipalKey: 'key',
  };
  const user = { serviceUri: 'https://example.crm4.dynamics.com/', username: 'ada', password: 'pw' };
  const PRINCIPAL = 'Service Principal Key Based Authentication';
  const USER = 'Basic Authentication for Dynamics-Online';

  test.each([
    [PRINCIPAL, principal],
    [PRINCIPAL, { ...principal, authority: 'https://login.microsoftonline.us' }],
    [PRINCIPAL, { ...principal, authority: 'https://login.microsoftonline.com/contoso.com/' }],
    [USER, user],
    [USER, { ...user, clientId: 'own', authority: 'http://127.0.0.1:8080/tenant' }],
  ])('are taken: %s %j', (authSpecName, params) => {
    expect(refusals(authSpecName, params, DYNAMICS)).toEqual([]);
  });

  test.each([
    [PRINCIPAL, { ...principal, servicePrincipalKey: undefined }, 'servicePrincipalKey'],
    [PRINCIPAL, { ...principal, clientId: 'id' }, 'clientId'],
    [PRINCIPAL, { ...principal, authority: 'https://login.microsoftonline.com/a/b' }, 'authority'],
    [PRINCIPAL, { ...principal, authority: 'https://user@login.microsoftonline.com' }, 'authority'],
    [USER, { ...user, serviceUri: 'example' }, 'serviceUri'],
  ])('are refused by name: %s %j for %s', (authSpecName, params, name) => {
    expect(refusals(authSpecName, params, DYNAMICS).join()).toContain(name);
  });
});

describe('the auth parameters of S3 and SFTP', () => {
  const key = { s3AccessKey: 'AKIA', s3SecretKey: 'secret' };
  const user = { host: 'sftp.example.com', userName: 'ada' };
  const BY_PASSWORD = 'Basic Authentication for sftp';
  const BY_KEY = 'SSH PublicKey Authentication for sftp';

  test.each([
    [S3, 'Access Key', key],
    [
      S3,
      'Access Key',
      { ...key, s3SessionToken: 't', serviceUrl: 'http://127.0.0.1:9000', bucketName: 'b.c' },
    ],
    [SFTP, BY_PASSWORD, { ...user, password: 'pw', port: 2222 }],
    [SFTP, BY_KEY, { ...user, privateKeyContent: 'Li4u', passPhrase: '', port: '22' }],
  ])('are taken: %s %s %j', (spec, authSpecName, params) => {
    expect(refusals(authSpecName, params, spec)).toEqual([]);
  });

  test.each([
    [S3, 'Access Key', { s3AccessKey: 'AKIA' }, 's3SecretKey'],
    [S3, 'Access Key', { ...key, serviceUrl: 'https://user@example.com' }, 'serviceUrl'],
    [S3, 'Access Key', { ...key, bucketName: 'bucket/folder' }, 'bucketName'],
    [SFTP, BY_PASSWORD, { ...user, password: 'pw', host: 'sftp://example.com' }, 'host'],
    [SFTP, BY_PASSWORD, { ...user, password: 'pw', hostKeyFingerprint: 'MD5:1' }, 'hostKeyFingerprint'],
    [SFTP, BY_KEY, { ...user, password: 'pw' }, 'privateKeyContent'],
  ])('are refused by name: %s %s %j for %s', (spec, authSpecName, params, name) => {
    expect(refusals(authSpecName, params, spec).join()).toContain(name);
  });

  test('are secret where they open the source', () => {
    expect(secretParams(specOf(S3), 'Access Key')).toEqual(['s3SecretKey', 's3SessionToken']);
    expect(secretParams(specOf(SFTP), BY_PASSWORD)).toEqual(['password']);
    expect(secretParams(specOf(SFTP), BY_KEY)).toEqual(['privateKeyContent', 'passPhrase']);
  });
});

test('a source connection names a table, by either name', () => {
  const schema = specOf(SALESFORCE).sourceSpec?.spec ?? {};
  const columns = [{ name: 'Email', type: 'string', meta: { originalType: 'String' } }];
  const isValid = ajv().compile(schema);
  expect(isValid({ tableName: 'Contact', columns })).toBe(true);
  expect(isValid({ path: 'Contact' })).toBe(true);
  expect(isValid({ columns })).toBe(false);
  expect(isValid({ tableName: 'Contact', colums: columns })).toBe(false);
  expect(isValid({ tableName: 'Contact', columns: [{ type: 'string' }] })).toBe(false);
});

function specOf(id: string) {
  const spec = connectionSpecById(id);
  if (spec === undefined) throw new Error(`no connection spec ${id}`);
  return spec;
}

function refusals(authSpecName: string, params: object, specId = SALESFORCE): string[] {
  const validate = ajv().compile(authSpecByName(specOf(specId), authSpecName)?.spec ?? {});
  // Dropping undefined values makes them missing, as in a request's JSON.
  validate(JSON.parse(JSON.stringify(params)));
  return (validate.errors ?? []).map((error) => JSON.stringify(error));
}

function ajv(): Ajv {
  const instance = new Ajv({ allErrors: true });
  addFormats.default(instance);
  return instance;
}
