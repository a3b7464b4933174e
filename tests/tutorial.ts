import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ServerUnderTest } from './server-under-test.ts';

/** The bodies of the tutorial's own sample calls, word for word (they still hold its placeholders). */
const samples: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('./tutorial-bodies.json', import.meta.url), 'utf8'),
);

/** A sample body with its placeholders, ids and names replaced. */
export function sampleBody(name: string, replacements: Readonly<Record<string, string>>): string {
  const text = samples[name];
  if (text === undefined) throw new Error(`the tutorial has no sample ${name}`);
  return Object.entries(replacements).reduce((body, [from, to]) => body.replaceAll(from, to), text);
}

/** Mappings for tests that count which rows have landed, and how often. */
export const idAndName = [
  ['Id', '_id'],
  ['LastName', 'person.name.lastName'],
] as const;

/** A CRM to walk with: how to connect to it, and what it calls what the tutorial names. */
export interface Crm {
  readonly connectionSpecId: string;
  readonly auth: { readonly specName: string; readonly params: object };
  readonly table: string;
  readonly deltaColumn: string;
  /** The tutorial's own where left out. */
  readonly flowSpecId?: string;
  /** The tutorial names columns as its example CRM does. */
  readonly columnNames: Readonly<Record<'first_name' | 'last_name' | 'email', string>>;
}

export interface WalkOptions {
  /** The demo CRM where left out. */
  readonly crm?: Crm;
  /** The table that is read; the CRM's own where left out. */
  readonly table?: string;
  /** A schema that is there already; left out, one of a person's details is created. */
  readonly schemaId?: string;
  /** The mapping's [source, destination] pairs; the tutorial's three where left out. */
  readonly mappings?: readonly (readonly [string, string])[];
  readonly backfill?: boolean;
  /** Whether only the first run is scheduled, so that none comes in between those that a test asks for. */
  readonly runsOnce?: boolean;
  /** The flow's `scheduleParams`, where the tutorial's own will not do. */
  readonly schedule?: object;
  /** Partitions that may be read at the same time; the product's own number where left out. */
  readonly concurrentReads?: number;
  /** How rows are written; appended where left out. */
  readonly mode?: 'append' | 'upsert' | 'mirror';
  /** What a source connection says of files, where files are read and no table; `keyColumns` tell their rows apart. */
  readonly files?: { readonly data: object; readonly params: object; readonly keyColumns: readonly string[] };
}

export interface Walk {
  readonly connectionId: string;
  readonly sourceConnectionId: string;
  readonly schemaId: string;
  readonly dataSetId: string;
  readonly targetConnectionId: string;
  readonly mappingSetId: string;
  readonly flowId: string;
}

const FLOW = '/data/foundation/flowservice';
/** CloudStorageToAEP, which the tutorial creates its flow with. */
const FLOW_SPEC = '9753525b-82c7-4dce-8a9b-5ccfce2b9876';

/** Who walks: a server with its own credentials, or somebody else on it. */
export type Walker = Pick<ServerUnderTest, 'call' | 'demo'>;

/** Walks the tutorial over HTTP with its sample bodies (their trailing comma removed) on the Contact table. */
export async function walkTutorial(server: Walker, title: string, options: WalkOptions = {}): Promise<Walk> {
  const post = async (path: string, text: string, status = 201) => {
    const answer = await server.call('POST', path, { text });
    expect(answer, `POST ${path}`).toMatchObject({ status });
    return answer.body;
  };
  const crm = options.crm ?? salesforceOf(server);
  const connection = await post(
    `${FLOW}/connections`,
    JSON.stringify({
      name: title,
      auth: crm.auth,
      connectionSpec: { id: crm.connectionSpecId, version: '1.0' },
    }),
  );
  const source = await post(
    `${FLOW}/sourceConnections`,
    withColumns(
      sampleBody('source connection', {
        '4cb0c374-d3bb-4557-b139-5712880adc55': connection.id,
        '{TABLE_PATH}': options.table ?? crm.table,
        '"tabular",': '"tabular"',
      }),
      crm,
      options,
    ),
  );
  const schemaId =
    options.schemaId ??
    (
      await post(
        '/data/foundation/schemaregistry/tenant/schemas',
        sampleBody('schema', { 'Target schema for CRM source connector': title }),
      )
    ).$id;
  const schemaPlaceholder = 'https://ns.adobe.com/{TENANT_ID}/schemas/417a33eg81a221bd10495920574gfa2d';
  const [dataSet] = await post(
    '/data/foundation/catalog/dataSets?requestDataSource=true',
    sampleBody('dataset', { [schemaPlaceholder]: schemaId }),
  );
  const dataSetId = String(dataSet).replace('@/dataSets/', '');
  const target = await post(
    `${FLOW}/targetConnections`,
    sampleBody('target connection', {
      [schemaPlaceholder]: schemaId,
      '5c8c3c555033b814b69f947f': dataSetId,
    }),
  );
  const mapping = await post(
    '/data/foundation/conversion/mappingSets',
    withMappings(sampleBody('mapping', { [schemaPlaceholder]: schemaId }), crm, options.mappings),
    200,
  );
  const flow = await post(
    `${FLOW}/flows`,
    withFlowOptions(
      sampleBody('flow', {
        '9a603322-19d2-4de9-89c6-c98bd54eb184': source.id,
        '4ee890c7-519c-4291-bd20-d64186b62da8': target.id,
        'ab91c736-1f3d-4b09-8424-311d3d3e3cea': mapping.id,
        updatedAt: crm.deltaColumn,
        ...(crm.flowSpecId === undefined ? {} : { [FLOW_SPEC]: crm.flowSpecId }),
      }),
      options,
    ),
  );
  return {
    connectionId: connection.id,
    sourceConnectionId: source.id,
    schemaId,
    dataSetId,
    targetConnectionId: target.id,
    mappingSetId: mapping.id,
    flowId: flow.id,
  };
}

function salesforceOf({ demo }: Walker): Crm {
  if (demo === undefined) throw new Error('no demo CRM');
  const { environmentUrl, username, password, securityToken } = demo;
  return {
    connectionSpecId: 'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5',
    auth: {
      specName: 'Basic Authentication',
      params: { environmentUrl, username, password, securityToken },
    },
    table: 'Contact',
    deltaColumn: 'SystemModstamp',
    columnNames: { first_name: 'FirstName', last_name: 'LastName', email: 'Email' },
  };
}

function withColumns(text: string, { columnNames }: Crm, { mappings, files }: WalkOptions): string {
  const body = JSON.parse(text);
  if (files) return JSON.stringify({ ...body, data: files.data, params: files.params });
  const names: Readonly<Record<string, string>> = columnNames;
  if (mappings) delete body.params.columns;
  else for (const column of body.params.columns) column.name = names[column.name];
  return JSON.stringify(body);
}

function withMappings(text: string, { columnNames }: Crm, mappings: WalkOptions['mappings']): string {
  const body = JSON.parse(text);
  if (mappings) {
    const [sample] = body.mappings;
    body.mappings = mappings.map(([sourceAttribute, destinationXdmPath]) => ({
      ...sample,
      sourceAttribute,
      destinationXdmPath,
    }));
  } else {
    const names: Readonly<Record<string, string>> = columnNames;
    for (const mapping of body.mappings) mapping.sourceAttribute = names[mapping.sourceAttribute];
  }
  return JSON.stringify(body);
}

function withFlowOptions(text: string, options: WalkOptions): string {
  const { backfill, mode, runsOnce, schedule, files, concurrentReads } = options;
  const body = JSON.parse(text);
  // Due at once, as it is by the tutorial's own start, which lies years back; but that has a slot in every half
  // hour, and a test in which it falls would meet with a run that nobody asked for.
  body.scheduleParams.startTime = String(Math.floor(Date.now() / 1_000) - 1);
  if (schedule !== undefined) body.scheduleParams = schedule;
  if (runsOnce) body.scheduleParams = { startTime: body.scheduleParams.startTime, frequency: 'once' };
  if (backfill !== undefined) body.scheduleParams.backfill = backfill;
  const copy = body.transformations.find(({ name }: { name: string }) => name === 'Copy');
  if (files) copy.params = { keyColumns: files.keyColumns };
  if (mode !== undefined) copy.params.mode = mode;
  if (concurrentReads !== undefined) body.options = { concurrentReads };
  return JSON.stringify(body);
}
