import { isDeepStrictEqual } from 'node:util';
import {
  fieldIds,
  type IcebergField,
  type IcebergSchema,
  type IcebergStruct,
  type IcebergType,
} from './schema.ts';

/** Why a schema can't follow another one. */
export interface SchemaProblem {
  /** The column, dotted. */
  readonly column: string;
  readonly message: string;
}

/**
 * What keeps `next` from being the schema after `current` (spec, "Schema Evolution"); empty where all is
 * well. Columns may be added (optional ones), dropped, renamed, moved, widened, and made optional. `retired`
 * are the ids that earlier schemas have used and `current` has not: rows of old files would show up under a
 * new column that took one of them.
 */
export function schemaEvolutionProblems(
  current: IcebergSchema,
  next: IcebergSchema,
  retired: ReadonlySet<number> = new Set(),
): readonly SchemaProblem[] {
  const ids = { current: new Set(fieldIds(current)), retired };
  return [...structProblems(current, next, '', ids)];
}

/** Whether two schemas have the same columns; their own ids may differ. */
export function sameColumns(a: IcebergSchema, b: IcebergSchema): boolean {
  return isDeepStrictEqual({ ...a, 'schema-id': 0 }, { ...b, 'schema-id': 0 });
}

/** Ids that some schema of the table has used and the current one does not. */
export function retiredIds(schemas: readonly IcebergSchema[], current: IcebergSchema): ReadonlySet<number> {
  const used = new Set(schemas.flatMap((schema) => [...fieldIds(schema)]));
  for (const id of fieldIds(current)) used.delete(id);
  return used;
}

interface Ids {
  readonly current: ReadonlySet<number>;
  readonly retired: ReadonlySet<number>;
}

function* structProblems(
  former: IcebergStruct,
  next: IcebergStruct,
  path: string,
  ids: Ids,
): Generator<SchemaProblem> {
  const before = new Map(former.fields.map((field) => [field.id, field]));
  for (const field of next.fields) {
    const column = path ? `${path}.${field.name}` : field.name;
    const was = before.get(field.id);
    if (was) {
      if (field.required && !was.required)
        yield { column, message: 'is optional and can not become required' };
      yield* typeProblems(was.type, field.type, column, ids);
    } else {
      yield* newFieldProblems(field, column, ids);
    }
  }
}

function* newFieldProblems(
  field: IcebergField,
  column: string,
  { current, retired }: Ids,
): Generator<SchemaProblem> {
  if (field.required)
    yield { column, message: 'is new and must be optional: earlier rows have no value for it' };
  for (const id of [field.id, ...fieldIds(field.type)]) {
    if (current.has(id))
      yield { column, message: `takes the id ${id}, which lies in another place of the schema` };
    if (retired.has(id)) yield { column, message: `takes the id ${id} of a column that was dropped` };
  }
}

function* typeProblems(
  former: IcebergType,
  next: IcebergType,
  column: string,
  ids: Ids,
): Generator<SchemaProblem> {
  if (typeof former === 'string' || typeof next === 'string') {
    if (typeof former === 'string' && typeof next === 'string' && isPromotion(former, next)) return;
    yield { column, message: `is of type ${nameOf(former)} and can not become ${nameOf(next)}` };
  } else if (former.type === 'struct' && next.type === 'struct') {
    yield* structProblems(former, next, column, ids);
  } else if (former.type === 'list' && next.type === 'list') {
    if (former['element-id'] !== next['element-id'])
      yield { column, message: 'must keep the id of its elements' };
    if (next['element-required'] && !former['element-required']) {
      yield { column, message: 'has optional elements, which can not become required' };
    }
    yield* typeProblems(former.element, next.element, `${column}.element`, ids);
  } else if (former.type === 'map' && next.type === 'map') {
    if (former['key-id'] !== next['key-id'] || former['value-id'] !== next['value-id']) {
      yield { column, message: 'must keep the ids of its keys and values' };
    }
    if (next['value-required'] && !former['value-required']) {
      yield { column, message: 'has optional values, which can not become required' };
    }
    if (!isDeepStrictEqual(former.key, next.key)) yield { column, message: 'must keep the type of its keys' };
    yield* typeProblems(former.value, next.value, `${column}.value`, ids);
  } else {
    yield { column, message: `is of type ${nameOf(former)} and can not become ${nameOf(next)}` };
  }
}

const PROMOTIONS: ReadonlySet<string> = new Set(['int>long', 'float>double']);
const DECIMAL = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/;

function isPromotion(former: string, next: string): boolean {
  if (former === next || PROMOTIONS.has(`${former}>${next}`)) return true;
  const [was, becomes] = [DECIMAL.exec(former), DECIMAL.exec(next)];
  if (!was || !becomes) return false;
  return Number(becomes[1]) >= Number(was[1]) && Number(becomes[2]) === Number(was[2]);
}

function nameOf(type: IcebergType): string {
  return typeof type === 'string' ? type : type.type;
}
