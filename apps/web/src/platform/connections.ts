import { isObject, listAt, textAt, valueAt } from '../json.ts';
import { type SpecField, specFields } from '../spec/spec-fields.ts';
import { required } from './answers.ts';
import { type Call, jsonBody } from './http.ts';

/** The most that the Flow Service lists at once. */
const MOST = 1_000;

/** One way of signing in at a source. */
export interface AuthSpec {
  readonly name: string;
  readonly fields: readonly SpecField[];
}

/** What can be connected to, as its connection spec describes it. */
export interface ConnectorSpec {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly category: string;
  readonly description: string | undefined;
  readonly auths: readonly AuthSpec[];
  /** What tables are called when they are explored: of files folders are listed and files described. */
  readonly objectType: 'table' | 'file';
  /** How files are read; empty where it reads none. */
  readonly readingFields: readonly SpecField[];
}

export interface BaseConnection {
  readonly id: string;
  readonly etag: string;
  readonly name: string;
  readonly state: string;
  readonly connectorId: string;
  readonly authName: string;
  /** Without the secrets, which never come back. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly createdAt: unknown;
}

/** What a person fills in for a base connection. */
export interface GivenConnection {
  readonly name: string;
  readonly connector: ConnectorSpec;
  readonly authName: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One entry of what a source lists. */
export interface SourceObject {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
}

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  /** Whether it is a date and time, by which changes may be told. */
  readonly isTime: boolean;
  /** The paths of its values: one, of its name alone, where it holds no objects. */
  readonly paths: readonly (readonly string[])[];
}

/** A table or files, as the source describes them. */
export interface DescribedTable {
  readonly columns: readonly TableColumn[];
  readonly keyColumns: readonly string[];
  /** Columns that move with every change, the best first. */
  readonly deltaColumns: readonly string[];
  readonly computedColumns: readonly string[];
  readonly notices: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Base connections, and what is behind them. */
export interface Connections {
  connectors(): Promise<readonly ConnectorSpec[]>;
  /** What a connection spec connects to, such as Salesforce. */
  connectorName(connectionSpecId: string): Promise<string>;
  list(): Promise<readonly BaseConnection[]>;
  get(id: string): Promise<BaseConnection>;
  /** Answers the id. */
  create(given: GivenConnection): Promise<string>;
  /**
   * Changes what is given, and leaves secrets that are not. Refused where it has changed since it was read.
   */
  change(connection: BaseConnection, given: GivenConnection): Promise<void>;
  remove(connection: BaseConnection): Promise<void>;
  /** Signs in at the source, or tells by an error why that is not possible. */
  test(id: string): Promise<void>;
  /** What a folder holds, or the root. */
  objects(id: string, folder?: string): Promise<readonly SourceObject[]>;
  /** `reading` tells how files are read: params of the connector's reading fields. */
  describe(id: string, what: TableRequest): Promise<DescribedTable>;
}

export interface TableRequest {
  readonly objectType: ConnectorSpec['objectType'];
  readonly path: string;
  readonly reading: Readonly<Record<string, unknown>>;
  readonly rows: number;
}

export function createConnections(flowService: Call): Connections {
  const at = (id: string) => `/connections/${encodeURIComponent(id)}`;
  let known: Promise<readonly ConnectorSpec[]> | undefined;
  const connectors = () => {
    // Specs are the same for as long as a server runs; a failure is not kept.
    known ??= flowService('/connectionSpecs').then(parseConnectors);
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return {
    connectors,
    connectorName: async (specId) => (await connectors()).find(({ id }) => id === specId)?.name ?? specId,
    list: async () => listAt(await flowService(`/connections?limit=${MOST}`), 'items').map(parseConnection),
    get: async (id) => parseConnection(listAt(await flowService(at(id)), 'items')[0]),
    async create({ name, connector, authName, params }) {
      const body = {
        name,
        connectionSpec: { id: connector.id, version: connector.version },
        auth: { specName: authName, params },
      };
      return required(textAt(await flowService('/connections', jsonBody(body)), 'id'), 'connection id');
    },
    async change(connection, given) {
      const { headers, ...rest } = jsonBody(changesOf(connection, given), 'PATCH');
      await flowService(at(connection.id), {
        ...rest,
        headers: { ...Object.fromEntries(new Headers(headers)), 'if-match': connection.etag },
      });
    },
    async remove({ id, etag }) {
      await flowService(at(id), { method: 'DELETE', headers: { 'if-match': etag } });
    },
    async test(id) {
      await flowService(`${at(id)}/test`);
    },
    async objects(id, folder) {
      const query = new URLSearchParams(
        folder === undefined ? { objectType: 'root' } : { objectType: 'folder', object: folder },
      );
      return listAt(await flowService(`${at(id)}/explore?${query}`)).map(parseObject);
    },
    async describe(id, { objectType, path, reading, rows }) {
      const query = new URLSearchParams({ objectType, object: path });
      if (rows > 0) {
        query.set('preview', 'true');
        query.set('previewCount', String(rows));
      }
      for (const [name, value] of Object.entries(reading)) query.set(name, String(value));
      return parseTable(await flowService(`${at(id)}/explore?${query}`));
    },
  };
}

function parseConnectors(answer: unknown): readonly ConnectorSpec[] {
  return listAt(answer, 'items')
    .filter((spec) => valueAt(spec, 'attributes', 'isSource') === true)
    .map(parseConnector);
}

export function parseConnector(spec: unknown): ConnectorSpec {
  const request = valueAt(spec, 'exploreSpec', 'requestSpec');
  const objectTypes = listAt(request, 'properties', 'objectType', 'enum');
  const asked = new Set(['objectType', 'object', 'preview', 'previewCount']);
  const id = required(textAt(spec, 'id'), 'id of a connection spec');
  return {
    id,
    version: textAt(spec, 'version') ?? '1.0',
    name: textAt(spec, 'attributes', 'connectorName') ?? textAt(spec, 'name') ?? id,
    category: textAt(spec, 'attributes', 'category') ?? 'Other',
    description: textAt(spec, 'sourceSpec', 'attributes', 'uiAttributes', 'description', 'text'),
    auths: listAt(spec, 'authSpec').map((auth) => ({
      name: textAt(auth, 'name') ?? '',
      fields: specFields(valueAt(auth, 'spec')),
    })),
    objectType: objectTypes.includes('file') ? 'file' : 'table',
    readingFields: specFields(request).filter(({ key }) => !asked.has(key)),
  };
}

function parseConnection(body: unknown): BaseConnection {
  const id = required(textAt(body, 'id'), 'connection id');
  const params = valueAt(body, 'auth', 'params');
  return {
    id,
    etag: required(textAt(body, 'etag'), 'etag of a connection'),
    name: textAt(body, 'name') ?? id,
    state: textAt(body, 'state') ?? 'unknown',
    connectorId: textAt(body, 'connectionSpec', 'id') ?? '',
    authName: textAt(body, 'auth', 'specName') ?? '',
    params: isObject(params) ? params : {},
    createdAt: valueAt(body, 'createdAt'),
  };
}

/**
 * As JSON Patch. Another way of signing in begins anew; else each param stands for itself, and secrets stay.
 */
export function changesOf(
  connection: BaseConnection,
  { name, connector, authName, params }: GivenConnection,
) {
  const renamed = name === connection.name ? [] : [{ op: 'add', path: '/name', value: name }];
  if (authName !== connection.authName)
    return [...renamed, { op: 'replace', path: '/auth', value: { specName: authName, params } }];
  const secrets = new Set(
    connector.auths
      .find((auth) => auth.name === authName)
      ?.fields.flatMap(({ key, isSecret }) => (isSecret ? [key] : [])),
  );
  const given = Object.entries(params)
    .filter(([key, value]) => value !== connection.params[key])
    .map(([key, value]) => ({ op: 'add', path: `/auth/params/${pointerStep(key)}`, value }));
  const gone = Object.keys(connection.params)
    .filter((key) => params[key] === undefined && !secrets.has(key))
    .map((key) => ({ op: 'remove', path: `/auth/params/${pointerStep(key)}` }));
  return [...renamed, ...given, ...gone];
}

function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function parseObject(body: unknown): SourceObject {
  const path = textAt(body, 'path') ?? '';
  return { kind: textAt(body, 'type') ?? 'table', name: textAt(body, 'name') ?? path, path };
}

export function parseTable(body: unknown): DescribedTable {
  const traits = valueAt(body, 'tributary:table');
  const texts = (name: string) => listAt(traits, name).filter((each) => typeof each === 'string');
  return {
    columns: listAt(body, 'schema', 'columns').map(parseColumn),
    keyColumns: texts('keyColumns'),
    deltaColumns: texts('deltaColumns'),
    computedColumns: texts('computedColumns'),
    notices: texts('notices'),
    rows: listAt(body, 'data').filter(isObject),
  };
}

function parseColumn(column: unknown): TableColumn {
  const name = required(textAt(column, 'name'), 'name of a column');
  return {
    name,
    type: textAt(column, 'meta', 'originalType') ?? textAt(column, 'type') ?? 'any',
    isTime: textAt(column, 'type') === 'date-time',
    paths: pathsWithin(valueAt(column, 'xdm'), [name]),
  };
}

function pathsWithin(schema: unknown, path: readonly string[]): readonly (readonly string[])[] {
  const properties = valueAt(schema, 'properties');
  if (!isObject(properties) || Object.keys(properties).length === 0) return [path];
  return Object.entries(properties).flatMap(([name, inner]) => pathsWithin(inner, [...path, name]));
}
