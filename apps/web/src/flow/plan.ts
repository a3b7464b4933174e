import type { BaseConnection, ConnectorSpec, DescribedTable } from '../platform/connections.ts';
import type { FlowSpec } from '../platform/flow-setup.ts';
import { type FieldValues, paramsOf } from '../spec/spec-fields.ts';
import type { FlowPlan, FlowTarget } from './create-flow.ts';
import type { TargetDraft, WriteDraft } from './drafts.ts';
import { readingOf } from './reading.ts';
import { type ScheduleDraft, scheduleParams } from './schedule.ts';

/** What a flow is made for. */
interface Subject {
  readonly connection: BaseConnection;
  readonly connector: ConnectorSpec;
  readonly spec: FlowSpec;
  readonly table: DescribedTable;
  readonly path: string;
  readonly reading: Readonly<Record<string, unknown>>;
}

interface Drafts {
  readonly name: string;
  readonly target: TargetDraft;
  readonly write: WriteDraft;
  readonly schedule: ScheduleDraft;
  readonly options: FieldValues;
  readonly isDraft: boolean;
}

/** Something that the server could not tell as well, for it never hears of it. The message is for people. */
class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

/**
 * What is to be made, of what was filled in. `now` is in epoch milliseconds.
 * @throws {Unfinished} where something is missing
 */
export function planOf(subject: Subject, drafts: Drafts, now: number): FlowPlan {
  const { connection, spec } = subject;
  const { target, write, schedule, options, isDraft } = drafts;
  const name = drafts.name.trim();
  if (name === '') throw new Unfinished('Give the flow a name.');
  const isKeyed = write.mode !== 'append';
  if (isKeyed && write.keyColumns.length === 0 && subject.table.keyColumns.length === 0)
    throw new Unfinished('Choose the key columns: the source names none, and they tell rows apart.');
  return {
    name,
    spec,
    source: { name, baseConnectionId: connection.id, ...selectionOf(subject, target) },
    target: targetOf(subject.table, target),
    copy: {
      mode: write.mode,
      ...(isKeyed && write.keyColumns.length > 0 && { keyColumns: write.keyColumns }),
      ...(write.deltaColumn !== undefined && { deltaColumn: { name: write.deltaColumn } }),
    },
    options: paramsOf(spec.options, options),
    schedule: scheduleParams(schedule, now),
    isDraft,
  };
}

/**
 * `data` and `params` of the source connection. Where all columns land, those that come later are not shut
 * out.
 */
function selectionOf({ connector, table, path, reading }: Subject, target: TargetDraft) {
  const isPartly = target.kind === 'new' && target.columns.length < table.columns.length;
  const columns = isPartly ? { columns: target.columns.map((name) => ({ name })) } : {};
  if (connector.objectType === 'table') {
    return { data: { format: 'tabular' }, params: { tableName: path, ...columns } };
  }
  const { fileType, ...properties } = reading;
  const format = fileType ?? readingOf(path).fileType;
  return {
    data: { format, ...(Object.keys(properties).length > 0 && { properties }) },
    params: { path, ...columns },
  };
}

function targetOf(table: DescribedTable, target: TargetDraft): FlowTarget {
  if (target.kind === 'new') {
    const title = target.title.trim();
    if (title === '') throw new Unfinished('Give the schema a title.');
    if (target.columns.length === 0) throw new Unfinished('Choose at least one column that lands.');
    const wanted = new Set(target.columns);
    return { kind: 'new', title, columns: table.columns.filter(({ name }) => wanted.has(name)) };
  }
  if (target.schemaId === undefined) throw new Unfinished('Choose the schema to land in.');
  const mappings = Object.entries(target.destinations)
    .map(([source, destination]) => ({ source, destination: destination.trim() }))
    .filter(({ destination }) => destination !== '');
  if (mappings.length === 0) throw new Unfinished('Say for at least one column which field it goes to.');
  return { kind: 'existing', schemaId: target.schemaId, mappings };
}
