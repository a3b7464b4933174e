import { type Static, Type } from 'typebox';
import { type DataSetEdit, fixedProperty, refuseOtherSchema, requireValid } from './change-data-set.ts';
import { changeableOf, DataSetChange, type StoredDataSet } from './data-set-document.ts';
import { requireExpirable } from './row-expiration.ts';

const open = { additionalProperties: true };
const Nullable = (text: Parameters<typeof Type.String>[0]) => Type.Union([Type.String(text), Type.Null()]);

const RowExpiration = Type.Object({
  ttlValue: Nullable({
    maxLength: 20,
    description:
      'How long rows are to stay, such as `P3M`; null for good. Kept and shown: no rows are removed yet.',
  }),
});

/** Settings of a dataset by the service that they are meant for. */
export const Extensions = Type.Record(
  Type.String({ maxLength: 100 }),
  Type.Object({ rowExpiration: Type.Optional(RowExpiration) }, open),
);

const Classification = Type.Object({
  dataBehavior: Type.Optional(Type.String({ description: 'Of the schema; it cannot be changed here.' })),
  managedBy: Type.Optional(Type.Enum(['CUSTOMER', 'SYSTEM'])),
});

/** The body of a PATCH of the second version: what it does not name stays, however deep it lies; null removes. */
export const ExtendBody = Type.Intersect([
  DataSetChange,
  Type.Object({ extensions: Type.Optional(Extensions), classification: Type.Optional(Classification) }, open),
]);
export type ExtendBody = Static<typeof ExtendBody>;

/** Merges a body into a dataset, object by object (RFC 7396). */
export function extendEdit(body: ExtendBody): DataSetEdit {
  return (before) => {
    refuseOtherSchema(body, before);
    const { extensions, classification } = body;
    const merged = mergePatch(before, {
      ...changeableOf(body),
      ...(extensions && { extensions }),
      ...(classification && { classification }),
      // The merge of two objects is one; it is checked below.
    }) as StoredDataSet;
    requireValid(DataSetChange, merged);
    if (merged.classification.dataBehavior !== before.classification.dataBehavior) {
      throw fixedProperty('classification/dataBehavior');
    }
    requireExpirable(merged);
    return merged;
  };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
