import { bindOnce, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn, SourceType } from '@tributary/xdm';
import { jsonPointer } from './json-pointer.ts';
import { ERROR_TYPE, errorEntry, INVALID_VALUE } from './row-checks.ts';
import { isHeldAsJson, isNested, parseSourceText } from './source-types.ts';

/**
 * SQL for the list of what can't be read in a nested source value, each an entry of {@link ERROR_TYPE}: parts that are no
 * value of their type by the rules for flat columns, keys that stand there twice, and texts that are no JSON. Empty
 * where all can be read; never null, never raises.
 */
export function sourceFaults({ name, type }: SourceColumn, text: string): string {
  return bindOnce([`{'text': ${text}, 'json': TRY_CAST(${text} AS JSON)}`], (bound) => {
    const faults = faultsOf(type, `${bound}.json`, name, 0) ?? NONE;
    const unreadable = fault(name, type, `${bound}.text`);
    return `CASE WHEN ${bound}.text IS NULL THEN ${NONE} WHEN ${bound}.json IS NULL THEN ${unreadable} ELSE ${faults} END`;
  });
}

const NONE = `CAST([] AS ${ERROR_TYPE}[])`;

/**
 * The faults of a part, given its JSON; undefined where it can have none. `depth` counts the lists and maps around it: each
 * needs a name of its own for its element.
 */
function faultsOf(type: SourceType, json: string, path: string, depth: number): string | undefined {
  if (type === 'string' || type === 'json' || isHeldAsJson(type)) return undefined;
  if (!isNested(type)) {
    return bindOnce([`json_extract_string(${json}, '$')`], (text) => {
      const isUnreadable = `${text} IS NOT NULL AND ${parseSourceText(type, text)} IS NULL`;
      return `CASE WHEN ${isUnreadable} THEN ${fault(path, type, text)} ELSE ${NONE} END`;
    });
  }
  return bindOnce([json], (bound) => {
    const kind = type.kind === 'array' ? 'ARRAY' : 'OBJECT';
    const inside = faultsInside(type, bound, path, depth) ?? NONE;
    return (
      `CASE WHEN ${bound} IS NULL OR json_type(${bound}) = 'NULL' THEN ${NONE} ` +
      `WHEN json_type(${bound}) = '${kind}' THEN ${inside} ` +
      `ELSE ${fault(path, type, `CAST(${bound} AS VARCHAR)`)} END`
    );
  });
}

function faultsInside(
  type: Extract<SourceType, object>,
  json: string,
  path: string,
  depth: number,
): string | undefined {
  const element = `j${depth}`;
  switch (type.kind) {
    case 'array': {
      const faults = faultsOf(type.items, element, `${path}[*]`, depth + 1);
      return faults && ofEach(`from_json(${json}, '["JSON"]')`, element, faults);
    }
    case 'map': {
      const faults = faultsOf(type.values, element, `${path}.*`, depth + 1) ?? NONE;
      const values = `map_values(from_json(${json}, '"MAP(VARCHAR, JSON)"'))`;
      const keys = `json_keys(${json})`;
      const twice = entry(path, 'The source value names a key twice.', `CAST(${json} AS VARCHAR)`);
      return `CASE WHEN len(list_distinct(${keys})) < len(${keys}) THEN ${twice} ELSE ${ofEach(values, element, faults)} END`;
    }
    case 'object': {
      const faults = type.fields.flatMap((field) => {
        const member = `json_extract(${json}, ${quoteLiteral(jsonPointer(field.name))})`;
        return faultsOf(field.type, member, `${path}.${field.name}`, depth) ?? [];
      });
      return faults.length === 0 ? undefined : faults.join(' || ');
    }
  }
}

function ofEach(list: string, element: string, faults: string): string {
  return `coalesce(flatten(list_transform(${list}, lambda ${element}: ${faults})), ${NONE})`;
}

function fault(path: string, type: SourceType, value: string): string {
  return entry(path, `The source value can't be read as ${nameOf(type)}.`, value);
}

function entry(column: string, message: string, value: string): string {
  return `[${errorEntry({ code: INVALID_VALUE, message, column, value })}]`;
}

/** How messages call a source type. */
function nameOf(type: SourceType): string {
  return typeof type === 'string' ? type : type.kind;
}
