import { startSalesforceEmulator } from '@tributary/emulators';
import { describe } from 'vitest';
import { testSourceConformance } from '../conformance/conformance-kit.ts';
import { ATTEMPTS, emulatedFault, type FaultWords } from '../emulated-system.test-kit.ts';
import { EmulatedOrg } from './emulated-org.test-kit.ts';
import type { SalesforceOptions } from './source.ts';

const ways: readonly Way[] = [
  {
    api: 'REST',
    rows: 2050,
    pages: 2,
    whole: { bulkFromRows: 1_000_000 },
    page: '/query/',
    cursorExpires: true,
  },
  {
    api: 'bulk job',
    rows: 450,
    pages: 3,
    whole: { bulkFromRows: 1, parallelFromRows: 1_000_000, bulk: { pageRows: 150 } },
    inParts: { bulkFromRows: 1, parallelFromRows: 1, jobRows: 100 },
    page: '/results',
  },
];

interface Way {
  readonly api: string;
  readonly rows: number;
  readonly pages: number;
  readonly whole: SalesforceOptions;
  readonly inParts?: SalesforceOptions;
  /** What in a request's path tells that a page is asked for. */
  readonly page: string;
  readonly cursorExpires?: boolean;
}

describe.each(ways)('Salesforce by $api', ({ api, rows, pages, whole, inParts, page, cursorExpires }) => {
  let org: EmulatedOrg;

  const fault = (...told: FaultWords) => emulatedFault(() => org, ...told);
  const reset = { kind: 'reset', afterBytes: 5000, path: page };
  const status = { kind: 'status', path: '/services/data' };

  testSourceConformance({
    async start() {
      const options = { rows: { Contact: rows, Lead: 0 }, latency: { bulkJobMs: 5 } };
      org = new EmulatedOrg(await startSalesforceEmulator(options));
    },
    stop: () => org.close(),
    open: ({ inParts: isInParts = false } = {}) => org.source(isInParts ? inParts : whole),
    table: {
      path: 'Contact',
      missing: 'Contract__c',
      key: { column: 'Id', isTold: true },
      types: {
        Id: 'string',
        LastName: 'string',
        SystemModstamp: 'date-time',
        IsDeleted: 'boolean',
        Birthdate: 'date',
      },
      ...(api === 'REST' && { columns: ['Id', 'LastName', 'Birthdate', 'SystemModstamp'] }),
      rows: () => org.rows('Contact'),
      async mutate() {
        await org.control('mutate', { object: 'Contact', update: 20, insert: 10, delete: 10 });
      },
    },
    pages,
    parts: inParts === undefined ? { cannot: 'a cursor leads from page to page' } : 'of all rows',
    window: {
      column: 'SystemModstamp',
      notATime: 'LastName',
      async stamp(at, update) {
        await org.control('clock', { now: at.toISOString() });
        await org.control('mutate', { object: 'Contact', update });
        await org.control('clock', { now: null });
      },
    },
    deletions: { keptDays: 15 },
    changeTokens: { cannot: 'Salesforce has no tokens for queries' },
    items: { cannot: 'rows of an object are no items' },
    count: 'exact',
    clock: {
      now: async () => new Date(String((await org.control('clock')).now)),
      withinMs: 1000,
      set: async (now) => void (await org.control('clock', { now: now?.toISOString() ?? null })),
    },
    refusals: [
      {
        name: 'a wrong client secret',
        open: () =>
          org.sourceOf('OAuth2 Client Credential', {
            environmentUrl: org.url,
            clientId: org.credentials.clientId,
            clientSecret: WRONG,
          }),
      },
      {
        name: 'a wrong password',
        open: () =>
          org.sourceOf('Basic Authentication', {
            environmentUrl: org.url,
            username: org.credentials.username,
            password: WRONG,
            securityToken: org.credentials.securityToken,
          }),
      },
      { name: 'a parameter that is missing', open: () => org.sourceOf('OAuth2 JWT Bearer', {}) },
    ],
    secrets: () => [
      WRONG,
      org.credentials.clientSecret,
      org.credentials.password,
      org.credentials.securityToken,
    ],
    faults: [
      fault('Salesforce has had too many requests', 'recovers', {
        ...status,
        status: 429,
        retryAfter: 0,
        times: 2,
      }),
      fault('it answers 503 for a while', 'recovers', { ...status, status: 503, times: ATTEMPTS - 1 }),
      fault('it answers 503 for long', 'busy', { ...status, status: 503, times: 100 }),
      fault(
        'it answers 503 while the read is planned',
        'busy',
        { ...status, status: 503, times: 100 },
        { strikesPlan: true },
      ),
      fault('the session ends between pages', 'recovers', { kind: 'expireSession', path: page }),
      fault('the connection is reset in mid-body', 'recovers', { ...reset, times: ATTEMPTS - 1 }),
      fault('the connection is reset in mid-body each time', 'busy', { ...reset, times: 100 }),
      fault('a page is cut short without notice', 'is noticed', { ...reset, kind: 'truncate' }),
      fault('a page drips', 'recovers', { kind: 'slow', chunkBytes: 20_000, delayMs: 1, path: page }),
      ...(cursorExpires ? [fault('the cursor has ended', 'expired', { kind: 'expireCursor' })] : []),
      ...(cursorExpires
        ? []
        : [
            fault(
              'the job fails',
              'expired',
              { kind: 'jobFailed', errorMessage: 'InternalServerError: Unexpected exception' },
              { strikesPlan: true },
            ),
          ]),
    ],
    leftOpen: { cannot: 'connections are kept for the next call' },
  });
});

const WRONG = 'not-the-secret-of-anybody';
