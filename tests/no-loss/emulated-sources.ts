import {
  EmulatedSystem,
  type Emulator,
  emulatedFault,
} from '../../packages/connectors/src/emulated-system.test-kit.ts';
import { startDataverseEmulator, startSalesforceEmulator } from '../../packages/emulators/src/index.ts';
import type { Crm } from '../tutorial.ts';
import type { LossySource, Trouble } from './lossy-source.ts';

type Credential = 'clientId' | 'clientSecret';

/** What one emulated table is, and how its flow is. */
interface EmulatedTable {
  readonly name: string;
  readonly mode: LossySource['mode'];
  readonly object: string;
  readonly key: string;
  readonly text: string;
  readonly deltaColumn: string;
  /** How many rows change, come and go in each run. */
  readonly mutation: { readonly update: number; readonly insert: number; readonly delete?: number };
  start(): Promise<Emulator<Credential>>;
  crm(system: EmulatedSystem<Credential>): Pick<Crm, 'connectionSpecId' | 'auth'>;
  troubles(table: TroubledTable): readonly Trouble[];
}

/** Makes troubles of a table. */
interface TroubledTable {
  /** A fault of the control API, armed once rows have changed. */
  fault(
    name: string,
    fault: { readonly kind: string; readonly [option: string]: unknown },
    more?: Partial<Trouble>,
  ): Trouble;
  control(path: string, body?: object): Promise<unknown>;
}

function emulatedSource(table: EmulatedTable): LossySource {
  const { name, mode, object, key, text } = table;
  let system: EmulatedSystem<Credential>;
  return {
    name,
    mode,
    async start() {
      system = new EmulatedSystem(await table.start());
      return true;
    },
    stop: async () => system?.close(),
    walk: () => ({
      crm: { ...table.crm(system), table: object, deltaColumn: table.deltaColumn, columnNames: NO_NAMES },
      mappings: [
        [key, '_id'],
        [text, 'person.name.lastName'],
      ],
      mode,
    }),
    async rows() {
      const rows = await system.rows(object);
      return rows.map((row) => [String(row[key]), row[text] === null ? null : String(row[text])]);
    },
    change: async () => void (await system.control('mutate', { object, ...table.mutation })),
    troubles: table.troubles({
      fault: (told, fault, more = {}) => ({
        ...emulatedFault(() => system, told, 'recovers', fault),
        ...more,
      }),
      control: (path, body) => system.control(path, body),
    }),
  };
}

/** Rows that change while a run reads, or after its window by the source's clock, are the next one's. */
const NEXT = { isForTheNextRun: true };

const NO_NAMES = { first_name: '', last_name: '', email: '' };

const salesforce = {
  mode: 'mirror',
  object: 'Contact',
  key: 'Id',
  text: 'LastName',
  deltaColumn: 'SystemModstamp',
  crm: (system: EmulatedSystem<Credential>) => ({
    connectionSpecId: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5',
    auth: {
      specName: 'OAuth2 Client Credential',
      params: {
        environmentUrl: system.url,
        clientId: system.credentials.clientId,
        clientSecret: system.credentials.clientSecret,
      },
    },
  }),
} as const;

const status = { kind: 'status', times: 2, path: '/query' };
const reset = { kind: 'reset', afterBytes: 3_000, times: 2 };
const cutShort = { kind: 'truncate', afterBytes: 3_000 };
const drip = { kind: 'slow', chunkBytes: 20_000, delayMs: 5, times: 1 };
const lateCommit = { kind: 'lateCommit', seconds: 120 };

/** Fields of an object that change between two pages, none of them one that a mapping reads. */
const schemaChange = {
  kind: 'schemaChange',
  object: 'Contact',
  add: [{ name: 'Region__c', type: 'string' }],
  remove: ['Department'],
};

const contacts = { mode: 'upsert', object: 'contact', key: 'contactid', text: 'lastname' } as const;

const dynamics = {
  deltaColumn: 'modifiedon',
  crm: (system: EmulatedSystem<Credential>) => ({
    connectionSpecId: '38ad80fe-8b06-4938-94f4-d4ee80266b07',
    auth: {
      specName: 'Service Principal Key Based Authentication',
      params: {
        serviceUri: system.url,
        servicePrincipalId: system.credentials.clientId,
        servicePrincipalKey: system.credentials.clientSecret,
      },
    },
  }),
} as const;

export const emulatedSources: readonly LossySource[] = [
  emulatedSource({
    ...salesforce,
    name: 'Salesforce by REST',
    mutation: { update: 100, insert: 20, delete: 20 },
    start: () => startSalesforceEmulator({ rows: { Contact: 300 } }),
    troubles: ({ fault }) => [
      fault('it answers 429 and says when to come back', { ...status, status: 429, retryAfter: 1 }),
      fault('it answers 503', { ...status, status: 503 }),
      fault('the session ends', { kind: 'expireSession', path: '/query' }),
      fault('the connection is reset in mid-body', { ...reset, path: '/query' }),
      fault('an answer is cut short without notice', { ...cutShort, path: '/query' }),
      fault('answers drip', { ...drip, path: '/query' }),
      fault('its clock is ahead', { kind: 'clockSkew', seconds: 300, times: 50 }),
      fault('its clock is behind', { kind: 'clockSkew', seconds: -120, times: 50 }, NEXT),
      fault('rows are committed late', lateCommit, { strikesBeforeChange: true }),
    ],
  }),
  emulatedSource({
    ...salesforce,
    name: 'Salesforce by REST, in pages that end amid rows of one stamp',
    // More than a page of 2,000 rows.
    mutation: { update: 2_100, insert: 10, delete: 10 },
    start: () => startSalesforceEmulator({ rows: { Contact: 2_300 } }),
    troubles: ({ fault }) => [
      fault('the next page drips', { ...drip, path: '/query/' }),
      fault(
        'rows change between two pages',
        { kind: 'mutation', object: 'Contact', update: 200, delete: 20, path: '/query/' },
        NEXT,
      ),
      fault('the cursor ends between two pages', { kind: 'expireCursor' }),
      fault('fields come and go between two pages', { ...schemaChange, path: '/query/' }),
    ],
  }),
  emulatedSource({
    ...salesforce,
    name: 'Salesforce by Bulk API 2.0',
    mutation: { update: 10_020, insert: 10, delete: 30 },
    start: () => startSalesforceEmulator({ rows: { Contact: 10_200 }, latency: { bulkJobMs: 20 } }),
    // What else befalls jobs and their pages is in faults.test.ts.
    troubles: ({ fault }) => [
      fault('a page has fewer rows than it tells', { kind: 'shortPage', rows: 500, path: '/results' }),
      fault('rows are committed late', lateCommit, { strikesBeforeChange: true }),
      fault('fields come and go while the job runs', { ...schemaChange, path: '/jobs/query/' }),
    ],
  }),
  emulatedSource({
    ...dynamics,
    name: 'Dynamics by change tracking',
    mode: 'mirror',
    object: 'account',
    key: 'accountid',
    text: 'name',
    mutation: { update: 60, insert: 10, delete: 20 },
    start: () => startDataverseEmulator({ rows: { account: 400, contact: 0, lead: 0 } }),
    troubles: ({ fault, control }) => [
      fault('it answers 503', { ...status, status: 503, path: 'deltatoken' }),
      fault('the access token ends', { kind: 'expireToken', path: 'deltatoken' }),
      fault('the connection is reset in mid-body', { ...reset, path: 'deltatoken' }),
      fault('changes are cut short without notice', { ...cutShort, path: 'deltatoken' }),
      fault('changes drip', { ...drip, path: 'deltatoken' }),
      {
        name: 'a column is gone that no mapping reads',
        strike: async () => void (await control('columns', { object: 'account', dropped: ['telephone1'] })),
        hasStruck: async () => true,
        calm: async () => void (await control('columns', { object: 'account', dropped: [] })),
      },
    ],
  }),
  emulatedSource({
    ...dynamics,
    ...contacts,
    name: 'Dynamics by a window',
    mutation: { update: 100, insert: 20 },
    start: () => startDataverseEmulator({ rows: { contact: 300, account: 0, lead: 0 } }),
    troubles: ({ fault }) => [
      fault('it answers 429 and says when to come back', {
        kind: 'serviceProtection',
        retryAfter: 1,
        path: 'contacts',
      }),
      fault('the connection is reset in mid-body', { ...reset, path: 'select=' }),
      fault('rows are committed late', lateCommit, { strikesBeforeChange: true }),
    ],
  }),
  emulatedSource({
    ...dynamics,
    ...contacts,
    name: 'Dynamics by a window, in pages that end amid rows of one stamp',
    // More than a page of 5,000 rows.
    mutation: { update: 5_100, insert: 10 },
    start: () => startDataverseEmulator({ rows: { contact: 5_200, account: 0, lead: 0 } }),
    troubles: ({ fault }) => [
      fault('the next page is cut short without notice', { ...cutShort, path: 'skiptoken' }),
    ],
  }),
];
