import type { ObjectNode, ScalarNode, XdmNode, XdmScalarType } from './compose/node.ts';
import { formatDottedPath } from './compose/path.ts';
import { type DecimalDigits, decimalDigits } from './exact-decimals.ts';

/** A type in Iceberg's JSON form (Iceberg spec, Schemas and Data Types; appendix C, JSON serialization). */
export type IcebergJsonType = string | IcebergJsonStruct | IcebergJsonList | IcebergJsonMap;

export interface IcebergJsonField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergJsonType;
  readonly doc?: string;
}

export interface IcebergJsonStruct {
  readonly type: 'struct';
  readonly fields: readonly IcebergJsonField[];
}

export interface IcebergJsonList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: IcebergJsonType;
  readonly 'element-required': boolean;
}

export interface IcebergJsonMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergJsonType;
  readonly 'value-id': number;
  readonly value: IcebergJsonType;
  readonly 'value-required': boolean;
}

export interface IcebergJsonSchema extends IcebergJsonStruct {
  readonly 'schema-id': number;
}

/** A field of the resolved schema that the table has no column for. */
export interface LeftOutField {
  /** Dotted path, `[]` after an array and `{}` after a map. */
  readonly path: string;
  readonly reason: 'declares-nothing' | 'name-differs-only-in-case';
}

/** A dataset's columns: what persists with the dataset, so that ids never move. */
export interface FieldIdAssignment {
  readonly schema: IcebergJsonSchema;
  /** The highest id ever given out in this dataset (`last-column-id`), those of dropped columns included. */
  readonly lastColumnId: number;
  readonly leftOut: readonly LeftOutField[];
}

/** What {@link assignFieldIds} needs of an earlier assignment. */
export type PreviousAssignment = Pick<FieldIdAssignment, 'schema' | 'lastColumnId'>;

const ICEBERG_TYPES: Readonly<Record<XdmScalarType, string>> = {
  string: 'string',
  number: 'double',
  long: 'long',
  int: 'int',
  // Iceberg has no integers narrower than 32 bits.
  short: 'int',
  byte: 'int',
  boolean: 'boolean',
  date: 'date',
  'date-time': 'timestamptz',
};

/**
 * The Iceberg schema of a resolved schema's root. Every column is optional: XDM's required fields are checked at
 * ingestion, so that a field may become required later. A column keeps its id by path as long as its type is the
 * same or a promotion that Iceberg allows; all others get ids above `lastColumnId`. Without changes the result has
 * the previous `schema-id`, else the next.
 */
export function assignFieldIds(root: ObjectNode, previous?: PreviousAssignment): FieldIdAssignment {
  const numbering = new Numbering(previous?.lastColumnId ?? 0);
  const fields = numbering.fields(root, previous?.schema.fields ?? [], []);
  const { lastColumnId, leftOut } = numbering;
  const unchanged =
    previous !== undefined && JSON.stringify(fields) === JSON.stringify(previous.schema.fields);
  const previousId = previous?.schema['schema-id'] ?? -1;
  const schemaId = unchanged ? previousId : previousId + 1;
  return { schema: { type: 'struct', 'schema-id': schemaId, fields }, lastColumnId, leftOut };
}

type Path = readonly string[];

class Numbering {
  readonly leftOut: LeftOutField[] = [];
  lastColumnId: number;

  constructor(lastColumnId: number) {
    this.lastColumnId = lastColumnId;
  }

  /** Numbers one level before the levels below it, as Iceberg's own implementations do. */
  fields(node: ObjectNode, previous: readonly IcebergJsonField[], path: Path): readonly IcebergJsonField[] {
    const known = new Map(previous.map((field) => [field.name, field]));
    const columns = this.#columnNames(node, known, path).map((name) => {
      const child = node.properties.get(name);
      if (child === undefined) throw new Error(`${name} is no property of its own object`);
      const before = known.get(name);
      const kept = before !== undefined && continues(child, before.type) ? before : undefined;
      return { name, child, kept, id: kept?.id ?? this.#next() };
    });
    return columns.flatMap(({ name, child, kept, id }) => {
      const type = this.#type(child, kept?.type, [...path, name]);
      const doc = child.description ?? child.title;
      return type === undefined ? [] : [{ id, name, required: false, type, ...(doc && { doc }) }];
    });
  }

  /** Names that get a column. What holds no value is left out, and so is all but one of names that differ in case. */
  #columnNames(node: ObjectNode, known: ReadonlyMap<string, unknown>, path: Path): readonly string[] {
    const byFold = new Map<string, string>();
    for (const [name, child] of node.properties) {
      if (!this.#holdsValues(child, [...path, name])) continue;
      const fold = name.toLowerCase();
      const rival = byFold.get(fold);
      if (rival === undefined || preferred(node, known, name, rival)) byFold.set(fold, name);
      const loser = rival === undefined ? undefined : byFold.get(fold) === name ? rival : name;
      if (loser !== undefined) this.#leaveOut([...path, loser], 'name-differs-only-in-case');
    }
    return [...byFold.values()];
  }

  #holdsValues(node: XdmNode, path: Path): boolean {
    switch (node.kind) {
      case 'scalar':
        return true;
      case 'array':
        return this.#holdsValues(node.items, [...path, '[]']);
      case 'map':
        return this.#holdsValues(node.values, [...path, '{}']);
      case 'object': {
        if (holdsAnyValue(node)) return true;
        this.#leaveOut(path, 'declares-nothing');
        return false;
      }
    }
  }

  #type(node: XdmNode, previous: IcebergJsonType | undefined, path: Path): IcebergJsonType {
    switch (node.kind) {
      case 'scalar':
        return scalarType(node, previous);
      case 'object':
        return {
          type: 'struct',
          fields: this.fields(node, isStruct(previous) ? previous.fields : [], path),
        };
      case 'array': {
        const before = isList(previous) && continues(node.items, previous.element) ? previous : undefined;
        const elementId = before?.['element-id'] ?? this.#next();
        const element = this.#type(node.items, before?.element, [...path, '[]']);
        return { type: 'list', 'element-id': elementId, element, 'element-required': false };
      }
      case 'map': {
        const before = isMap(previous) && continues(node.values, previous.value) ? previous : undefined;
        const keyId = before?.['key-id'] ?? this.#next();
        const valueId = before?.['value-id'] ?? this.#next();
        const value = this.#type(node.values, before?.value, [...path, '{}']);
        return {
          type: 'map',
          'key-id': keyId,
          key: 'string',
          'value-id': valueId,
          value,
          'value-required': false,
        };
      }
    }
  }

  #next(): number {
    this.lastColumnId += 1;
    return this.lastColumnId;
  }

  #leaveOut(path: Path, reason: LeftOutField['reason']): void {
    this.leftOut.push({ path: formatDottedPath(path), reason });
  }
}

/** Of two names that differ only in case: the one the table has already, else the one that is not deprecated. */
function preferred(
  node: ObjectNode,
  known: ReadonlyMap<string, unknown>,
  name: string,
  rival: string,
): boolean {
  if (known.has(name) !== known.has(rival)) return known.has(name);
  const isDeprecated = (of: string) => node.properties.get(of)?.annotations?.['meta:status'] === 'deprecated';
  return isDeprecated(rival) && !isDeprecated(name);
}

function holdsAnyValue(node: XdmNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return true;
    case 'array':
      return holdsAnyValue(node.items);
    case 'map':
      return holdsAnyValue(node.values);
    case 'object':
      return Array.from(node.properties.values()).some(holdsAnyValue);
  }
}

/** Whether a column of this type may go on under its id: the same shape, or an integer that widens. */
function continues(node: XdmNode, previous: IcebergJsonType): boolean {
  switch (node.kind) {
    case 'object':
      return isStruct(previous);
    case 'array':
      return isList(previous) && continues(node.items, previous.element);
    case 'map':
      return isMap(previous) && continues(node.values, previous.value);
    case 'scalar': {
      const type = scalarType(node, previous);
      const scale = decimalIn(type)?.scale;
      const isWidened =
        scale === undefined ? previous === 'int' && type === 'long' : scale === decimalIn(previous)?.scale;
      return type === previous || isWidened;
    }
  }
}

/**
 * The type of a single value's column. One that was made as doubles stays so, since a column cannot turn into decimals; one of
 * decimals becomes wider as bounds do (Iceberg spec, Schema Evolution) and no narrower.
 */
function scalarType({ xdmType, constraints }: ScalarNode, previous: IcebergJsonType | undefined): string {
  const digits = xdmType === 'number' ? decimalDigits(constraints) : undefined;
  if (digits === undefined || previous === ICEBERG_TYPES.number) return ICEBERG_TYPES[xdmType];
  const { precision, scale } = digits;
  const before = decimalIn(previous);
  return `decimal(${Math.max(precision, before?.scale === scale ? before.precision : 0)}, ${scale})`;
}

const DECIMAL_TYPE = /^decimal\((\d+),\s*(\d+)\)$/;

function decimalIn(type: IcebergJsonType | undefined): DecimalDigits | undefined {
  const [, precision, scale] = (typeof type === 'string' && DECIMAL_TYPE.exec(type)) || [];
  return precision === undefined ? undefined : { precision: Number(precision), scale: Number(scale) };
}

function isStruct(type: IcebergJsonType | undefined): type is IcebergJsonStruct {
  return typeof type === 'object' && type.type === 'struct';
}

function isList(type: IcebergJsonType | undefined): type is IcebergJsonList {
  return typeof type === 'object' && type.type === 'list';
}

function isMap(type: IcebergJsonType | undefined): type is IcebergJsonMap {
  return typeof type === 'object' && type.type === 'map';
}
