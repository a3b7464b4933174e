import type { FastifyInstance } from 'fastify';
import { registerControl } from '../../control.ts';
import {
  ControlError,
  type OwnFaults,
  parseObject,
  readBody,
  type Vocabulary,
  wholeNumber,
} from '../../control-requests.ts';
import {
  type ColumnDefinition,
  findColumn,
  findTable,
  readableColumns,
  type TableDefinition,
  tableDefinitions,
} from '../definitions.ts';
import { compileRow } from '../odata/render.ts';
import type { ProtectionLimit, Trouble } from '../trouble.ts';
import type { Context } from './context.ts';

const vocabulary: Vocabulary<ColumnDefinition, TableDefinition> = {
  objects: tableDefinitions,
  findObject: findTable,
  findField: findColumn,
  isDatetime: ({ type, behavior }) => type === 'DateTime' && behavior !== 'DateOnly',
  isDerived: ({ make }) => ['id', 'name', 'version'].includes(make.kind),
};

const LIMITS: readonly ProtectionLimit[] = ['requests', 'executionTime', 'concurrency'];

/** The faults that only Dataverse has. */
const ownFaults: OwnFaults<Trouble> = {
  serviceProtection: {
    options: ['limit', 'retryAfter'],
    parse(body) {
      const limit = LIMITS.find((name) => name === (body.limit ?? 'requests'));
      if (limit === undefined) throw new ControlError(`'limit' must be one of ${LIMITS.join(', ')}.`);
      return { kind: 'serviceProtection', limit, retryAfter: wholeNumber(body, 'retryAfter', 1) };
    },
  },
  expireToken: { options: [], parse: () => ({ kind: 'expireToken' }) },
  expirePagingCookie: { options: [], parse: () => ({ kind: 'expirePagingCookie' }) },
  expireDeltaToken: { options: [], parse: () => ({ kind: 'expireDeltaToken' }) },
  missingPrivilege: { options: [], parse: () => ({ kind: 'missingPrivilege' }) },
  dropColumn: {
    options: ['object', 'column'],
    parse(body) {
      const table = parseObject(body.object, vocabulary);
      return { kind: 'dropColumn', object: table.name, column: parseColumn(body.column, table) };
    },
  },
};

/** The emulator's own API: rows are shown as the Web API writes them without annotations. */
export function registerDataverseControl(server: FastifyInstance, context: Context): void {
  const { environment, faults, usage } = context;
  registerControl<Trouble, ColumnDefinition, TableDefinition>(server, {
    organization: environment,
    faults,
    usage,
    vocabulary,
    ownFaults,
    takeLateSeconds: () => faults.take(['lateCommit'], '/__emulator/mutate')?.seconds ?? 0,
    compileRow: (snapshot) =>
      compileRow(snapshot, readableColumns(snapshot.object), {
        includes: () => false,
        areNumbersText: false,
        nameOf: () => null,
      }),
    ownState: () => ({}),
  });
  server.post('/columns', async ({ body }) => {
    const { object, dropped } = readBody(body, ['object', 'dropped']);
    const table = parseObject(object, vocabulary);
    if (!Array.isArray(dropped)) throw new ControlError("'dropped' must be a list of columns.");
    environment.dropColumns(
      table.name,
      dropped.map((column: unknown) => parseColumn(column, table)),
    );
    return { object: table.name, columns: environment.columns(table).map(({ name }) => name) };
  });
}

function parseColumn(column: unknown, table: TableDefinition): string {
  const found = typeof column === 'string' ? findColumn(table, column) : undefined;
  if (found !== undefined && found.make.kind !== 'id') return found.name;
  throw new ControlError(`'column' must be one of ${table.name}, and not its key.`);
}
