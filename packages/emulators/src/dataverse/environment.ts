import { Organization, type OrganizationOptions } from '../organization.ts';
import type { Credentials } from './credentials.ts';
import { type ColumnDefinition, stampFields, type TableDefinition, tableDefinitions } from './definitions.ts';
import { recordIds } from './ids.ts';

/** The state of one Dataverse environment: its rows, and which columns its tables have just now. */
export class Environment extends Organization<Credentials, TableDefinition> {
  readonly #dropped = new Map<string, ReadonlySet<string>>();

  constructor(options: OrganizationOptions<Credentials>) {
    super({ objects: tableDefinitions, ids: recordIds, stampFields }, options);
  }

  /** The columns of a table that are not dropped. */
  columns(table: TableDefinition): readonly ColumnDefinition[] {
    const dropped = this.#dropped.get(table.name);
    return dropped === undefined ? table.fields : table.fields.filter(({ name }) => !dropped.has(name));
  }

  /** Makes the table one without these columns, and with all others. */
  dropColumns(table: string, columns: Iterable<string>): void {
    this.#dropped.set(table, new Set(columns));
  }

  droppedColumns(table: string): ReadonlySet<string> {
    return this.#dropped.get(table) ?? new Set();
  }
}
