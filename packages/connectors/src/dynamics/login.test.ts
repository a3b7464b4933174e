import { startDataverseEmulator } from '@tributary/emulators';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTEMPTS } from '../emulated-system.test-kit.ts';
import { EmulatedEnvironment } from './emulated-environment.test-kit.ts';
import { parseDynamicsParams } from './params.ts';

const PRINCIPAL = 'Service Principal Key Based Authentication';
const USER = 'Basic Authentication for Dynamics-Online';

let environment: EmulatedEnvironment;
beforeAll(async () => {
  environment = new EmulatedEnvironment(await startDataverseEmulator({ rows: { contact: 10 } }));
});
afterAll(() => environment.close());

function principal(changes: object = {}) {
  const { clientId, clientSecret } = environment.credentials;
  return {
    serviceUri: environment.url,
    servicePrincipalId: clientId,
    servicePrincipalKey: clientSecret,
    ...changes,
  };
}

function user(changes: object = {}) {
  const { username, password } = environment.credentials;
  return { serviceUri: environment.url, username, password, ...changes };
}

describe('a login', () => {
  test('as an application or as a user succeeds', async () => {
    await environment.sourceOf(PRINCIPAL, principal()).check();
    await environment.sourceOf(USER, user()).check();
    await environment.sourceOf(USER, user({ clientId: 'own-application' })).check();
  });

  test('asks for its tenant once and for one token, however many calls share it', async () => {
    const before = await environment.requests(/oauth2/);
    const source = environment.source();
    await Promise.all([source.check(), source.explore(), source.describe('contact')]);
    expect((await environment.requests(/oauth2/)) - before).toBe(1);
  });

  test('at an authority that is given with its tenant asks the service for none', async () => {
    const authority = `${environment.url}/${environment.credentials.tenantId}`;
    await environment.sourceOf(PRINCIPAL, principal({ authority })).check();
    await environment.sourceOf(PRINCIPAL, principal({ authority: environment.url })).check();
  });

  test.each([
    [PRINCIPAL, { servicePrincipalKey: 'wrong-secret' }, 'AADSTS7000215'],
    [PRINCIPAL, { servicePrincipalId: 'nobody' }, 'AADSTS700016'],
    [USER, { password: 'wrong-secret' }, 'AADSTS50126'],
  ])('by %s with %j is refused once, in the words of Entra ID', async (spec, changes, code) => {
    const before = await environment.requests(/oauth2/);
    const source = environment.sourceOf(spec, spec === USER ? user(changes) : principal(changes));
    const failure: unknown = await source.check().catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'refused', code });
    expect(String(failure)).not.toContain('wrong-secret');
    expect((await environment.requests(/oauth2/)) - before).toBe(1);
  });

  test('at a tenant that is not there is refused', async () => {
    const authority = `${environment.url}/nowhere.example`;
    const source = environment.sourceOf(PRINCIPAL, principal({ authority }));
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused', code: 'AADSTS90002' });
  });

  test('whose token ends is renewed before it does', async () => {
    const short = new EmulatedEnvironment(
      await startDataverseEmulator({ rows: { contact: 1 }, tokenLifetimeMs: 1000 }),
    );
    const source = short.source();
    await source.check();
    await expect
      .poll(async () => {
        await source.check();
        return short.requests(/oauth2/);
      })
      .toBeGreaterThan(1);
    await short.close();
  });

  test('that a token fault ends is done anew, once; what stays refused is told', async () => {
    const source = environment.source();
    await source.check();
    await environment.control('fault', { kind: 'expireToken', path: 'WhoAmI' });
    await source.check();
    await environment.control('fault', { kind: 'expireToken', path: 'WhoAmI', times: 2 });
    await expect(source.check()).rejects.toMatchObject({ kind: 'refused' });
    await environment.control('fault', undefined, 'DELETE');
  });

  test('that a passing fault keeps back is tried again', async () => {
    await environment.control('fault', { kind: 'status', status: 503, path: 'oauth2', times: ATTEMPTS - 1 });
    await environment.source().check();
    await environment.control('fault', { kind: 'status', status: 503, path: 'oauth2', times: ATTEMPTS });
    await expect(environment.source().check()).rejects.toMatchObject({ kind: 'busy' });
  });
});

describe('auth parameters', () => {
  const good = {
    serviceUri: 'https://org.crm.dynamics.com/',
    servicePrincipalId: 'id',
    servicePrincipalKey: 'key',
  };

  test('name the service by its origin', () => {
    expect(
      parseDynamicsParams(PRINCIPAL, { ...good, authority: 'https://login.microsoftonline.us/' }),
    ).toMatchObject({
      serviceUri: new URL('https://org.crm.dynamics.com'),
      authority: { origin: new URL('https://login.microsoftonline.us'), tenant: undefined },
    });
  });

  test.each([
    ['Basic', good, 'auth.specName'],
    [PRINCIPAL, undefined, 'auth.params'],
    [PRINCIPAL, { ...good, serviceUri: 'org' }, 'serviceUri'],
    [PRINCIPAL, { ...good, servicePrincipalKey: '' }, 'servicePrincipalKey'],
    [PRINCIPAL, { ...good, authority: 'http://login.example' }, 'authority'],
    [PRINCIPAL, { ...good, authority: 'https://login.example/a/b' }, 'authority'],
    [USER, { serviceUri: good.serviceUri, username: 'me' }, 'password'],
  ])('that are wrong are named: %s %j', (spec, params, name) => {
    expect(() => parseDynamicsParams(spec, params)).toThrow(name);
  });
});
