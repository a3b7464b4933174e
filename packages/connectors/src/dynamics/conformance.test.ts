import { startDataverseEmulator } from '@tributary/emulators';
import { describe } from 'vitest';
import { testSourceConformance } from '../conformance/conformance-kit.ts';
import { ATTEMPTS, emulatedFault, type FaultWords } from '../emulated-system.test-kit.ts';
import { EmulatedEnvironment } from './emulated-environment.test-kit.ts';

const WRONG = 'not-the-secret-of-anybody';
const PRINCIPAL = 'Service Principal Key Based Authentication';

describe('Dynamics', () => {
  let environment: EmulatedEnvironment;

  const fault = (...told: FaultWords) => emulatedFault(() => environment, ...told);
  const unavailable = { kind: 'status', status: 503, path: 'contacts' };
  const reset = { kind: 'reset', afterBytes: 5000, path: 'skiptoken' };

  testSourceConformance({
    async start() {
      environment = new EmulatedEnvironment(
        await startDataverseEmulator({ rows: { contact: 450, account: 30, lead: 0 } }),
      );
    },
    stop: () => environment.close(),
    open: ({ inParts = false } = {}) =>
      environment.source(inParts ? { rowsPerPartition: 100 } : { pageRows: 150 }),
    table: {
      path: 'contact',
      missing: 'no_such_table',
      key: { column: 'contactid', isTold: true },
      types: {
        contactid: 'string',
        lastname: 'string',
        modifiedon: 'date-time',
        annualincome: 'decimal',
        leadsourcecode: 'integer',
        leadsourcecodename: 'string',
        birthdate: 'date',
      },
      rows: () => environment.rows('contact'),
      async mutate() {
        await environment.control('mutate', { object: 'contact', update: 20, insert: 10, delete: 10 });
      },
    },
    pages: 3,
    parts: 'of all rows',
    window: {
      column: 'modifiedon',
      notATime: 'lastname',
      async stamp(at, update) {
        await environment.control('clock', { now: at.toISOString() });
        await environment.control('mutate', { object: 'contact', update });
        await environment.control('clock', { now: null });
      },
    },
    deletions: { cannot: 'rows that are gone come among the changes alone' },
    changeTokens: {
      expire: async () => void (await environment.control('fault', { kind: 'expireDeltaToken' })),
    },
    items: { cannot: 'rows of a table are no items' },
    count: 'exact',
    clock: {
      now: async () => new Date(String((await environment.control('clock')).now)),
      withinMs: 1000,
      set: async (now) => void (await environment.control('clock', { now: now?.toISOString() ?? null })),
    },
    refusals: [
      {
        name: 'a wrong key of the application',
        open: () =>
          environment.sourceOf(PRINCIPAL, {
            serviceUri: environment.url,
            servicePrincipalId: environment.credentials.clientId,
            servicePrincipalKey: WRONG,
          }),
      },
      {
        name: 'a wrong password',
        open: () =>
          environment.sourceOf('Basic Authentication for Dynamics-Online', {
            serviceUri: environment.url,
            username: environment.credentials.username,
            password: WRONG,
          }),
      },
      { name: 'a parameter that is missing', open: () => environment.sourceOf(PRINCIPAL, {}) },
    ],
    secrets: () => [WRONG, environment.credentials.clientSecret, environment.credentials.password],
    faults: [
      fault('Dataverse has had too many requests', 'recovers', {
        kind: 'serviceProtection',
        retryAfter: 0,
        path: 'contacts',
        times: 2,
      }),
      fault('it answers 503 for a while', 'recovers', { ...unavailable, times: ATTEMPTS - 1 }),
      fault('it answers 503 for long', 'busy', { ...unavailable, times: 100 }),
      fault(
        'it answers 503 while the read is planned',
        'busy',
        { ...unavailable, times: 100 },
        { strikesPlan: true },
      ),
      fault('the access token ends between pages', 'recovers', { kind: 'expireToken', path: 'skiptoken' }),
      fault('its own link to a page is no longer taken', 'expired', { kind: 'expirePagingCookie' }),
      fault('the connection is reset in mid-body', 'recovers', { ...reset, times: ATTEMPTS - 1 }),
      fault('the connection is reset in mid-body each time', 'busy', { ...reset, times: 100 }),
      fault('a page is cut short without notice', 'recovers', { ...reset, kind: 'truncate' }),
      fault('a page drips', 'recovers', { kind: 'slow', chunkBytes: 20_000, delayMs: 1, path: 'skiptoken' }),
      fault('a privilege is taken away', 'refused', { kind: 'missingPrivilege', path: 'contacts' }),
    ],
    leftOpen: { cannot: 'connections are kept for the next call' },
  });
});
