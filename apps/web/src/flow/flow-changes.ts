import type { Flow } from '../platform/answers.ts';
import type { PatchOperation } from '../platform/flows.ts';
import { type FieldValues, paramsOf, type SpecField, valuesOf } from '../spec/spec-fields.ts';
import type { WriteDraft } from './drafts.ts';
import { draftOf, type ScheduleDraft, scheduleParams } from './schedule.ts';

/** The settings of a flow, as they are filled in. */
export interface SettingsDraft {
  readonly name: string;
  readonly write: WriteDraft;
  readonly schedule: ScheduleDraft;
  readonly options: FieldValues;
}

/** What differs from a flow's settings. `now` is in epoch milliseconds. */
export function flowChanges(
  flow: Flow,
  optionFields: readonly SpecField[],
  draft: SettingsDraft,
  now: number,
): readonly PatchOperation[] {
  const name = draft.name.trim() || flow.name;
  return [
    ...(name === flow.name ? [] : [{ op: 'add', path: '/name', value: name } as const]),
    ...copyChanges(flow, draft.write),
    ...optionChanges(flow, optionFields, draft.options),
    ...scheduleChanges(flow, draft.schedule, now),
  ];
}

/** What the flow's Copy transformation says of other things stays. */
function copyChanges(
  { copy, mode, keyColumns, deltaColumn }: Flow,
  write: WriteDraft,
): readonly PatchOperation[] {
  const before: WriteDraft = { mode, keyColumns, deltaColumn };
  if (JSON.stringify(before) === JSON.stringify({ ...before, ...write })) return [];
  const { keyColumns: _, deltaColumn: named, ...others } = copy?.params ?? {};
  const params = {
    ...others,
    mode: write.mode,
    ...(write.keyColumns.length > 0 && write.mode !== 'append' && { keyColumns: write.keyColumns }),
    ...(write.deltaColumn !== undefined && {
      deltaColumn: write.deltaColumn === deltaColumn ? named : { name: write.deltaColumn },
    }),
  };
  return copy === undefined
    ? [{ op: 'add', path: '/transformations/-', value: { name: 'Copy', params } }]
    : [{ op: 'replace', path: `/transformations/${copy.index}/params`, value: params }];
}

/** Options that the spec does not know stay. */
function optionChanges(
  flow: Flow,
  fields: readonly SpecField[],
  values: FieldValues,
): readonly PatchOperation[] {
  const before = paramsOf(fields, valuesOf(fields, flow.options));
  const after = paramsOf(fields, values);
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const known = new Set(fields.map(({ key }) => key.split('.')[0]));
  const others = Object.entries(flow.options).filter(([name]) => !known.has(name));
  return [{ op: 'add', path: '/options', value: { ...Object.fromEntries(others), ...after } }];
}

function scheduleChanges(flow: Flow, draft: ScheduleDraft, now: number): readonly PatchOperation[] {
  const before = scheduleParams(draftOf(flow.schedule, draft.timeZone), now);
  const after = scheduleParams(draft, now);
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return after === undefined
    ? [{ op: 'remove', path: '/scheduleParams' }]
    : [{ op: 'add', path: '/scheduleParams', value: after }];
}
