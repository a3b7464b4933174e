import { readPath } from './path.ts';

/** What the `source` of a mapping holds: a path, an expression, or the constant itself. */
export type MappingSourceType = 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC';

/** One mapping of a mapping set, in the one form that everything behind the API uses. */
export interface MappingInput {
  readonly sourceType: MappingSourceType;
  readonly source: string;
  readonly destination: string;
  readonly name?: string;
  readonly description?: string;
}

/** A mapping that can't be read, and which of its fields is at fault. */
export interface UnreadableMapping {
  /** Position in the list, from 0; undefined when the list itself is at fault. */
  readonly mapping: number | undefined;
  readonly field: string;
  readonly message: string;
}

export type MappingsReading =
  | { readonly ok: true; readonly mappings: readonly MappingInput[] }
  | { readonly ok: false; readonly errors: readonly UnreadableMapping[] };

/** Both spellings of each kind: the API's, and the one that mapping sets are stored and returned with. */
const sourceTypes: ReadonlyMap<string, MappingSourceType> = new Map([
  ['ATTRIBUTE', 'ATTRIBUTE'],
  ['text/x.schema-path', 'ATTRIBUTE'],
  ['EXPRESSION', 'EXPRESSION'],
  ['text/x.aep-xl', 'EXPRESSION'],
  ['STATIC', 'STATIC'],
  ['text/plain', 'STATIC'],
]);

/** The spelling in which mapping sets are returned. */
export const storedSourceType: Readonly<Record<MappingSourceType, string>> = {
  ATTRIBUTE: 'text/x.schema-path',
  EXPRESSION: 'text/x.aep-xl',
  STATIC: 'text/plain',
};

/**
 * Reads the `mappings` of a mapping set, in either generation of field names (`source` and `destination`, or
 * `sourceAttribute` and `destinationXdmPath`). Fields that are null count as absent; fields of other concerns are passed over.
 */
export function readMappings(value: unknown): MappingsReading {
  if (!Array.isArray(value)) {
    return {
      ok: false,
      errors: [{ mapping: undefined, field: 'mappings', message: '"mappings" must be a list.' }],
    };
  }
  const errors: UnreadableMapping[] = [];
  const mappings: MappingInput[] = [];
  for (const [mapping, entry] of value.entries()) {
    const report = (field: string, message: string) => errors.push({ mapping, field, message });
    const read = readMapping(entry, report);
    if (read !== undefined) mappings.push(read);
  }
  return errors.length === 0 ? { ok: true, mappings } : { ok: false, errors };
}

type Report = (field: string, message: string) => void;

function readMapping(entry: unknown, report: Report): MappingInput | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    report('', 'A mapping must be an object with "source" and "destination".');
    return undefined;
  }
  const fields = new Map(Object.entries(entry));
  const source = readTwins(fields, 'source', 'sourceAttribute', report);
  const destination = readTwins(fields, 'destination', 'destinationXdmPath', report);
  const sourceType = readSourceType(fields, source ?? '', report);
  const name = readText(fields, 'name', report);
  const description = readText(fields, 'description', report);
  if (source === undefined || destination === undefined || sourceType === undefined) return undefined;
  return {
    sourceType,
    source,
    destination,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  };
}

/** Reads a field that has an older twin. Where both are given they must agree. */
function readTwins(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  twin: string,
  report: Report,
): string | undefined {
  const value = readText(fields, name, report);
  const twinValue = readText(fields, twin, report);
  if (value !== undefined && twinValue !== undefined && value !== twinValue) {
    report(name, `"${name}" and "${twin}" mean the same and must agree; leave one of them out.`);
  }
  const given = value ?? twinValue;
  if (given === undefined) report(name, `"${name}" (or "${twin}") is required and must be a text.`);
  else if (given.trim() === '') report(name, `"${name}" must not be empty.`);
  return given;
}

function readSourceType(fields: ReadonlyMap<string, unknown>, source: string, report: Report) {
  const text = readText(fields, 'sourceType', report);
  if (text === undefined) return isPlainPath(source) ? 'ATTRIBUTE' : 'EXPRESSION';
  const sourceType = sourceTypes.get(text);
  if (sourceType === undefined) {
    report('sourceType', `"sourceType" must be one of ${[...sourceTypes.keys()].join(', ')}.`);
  }
  return sourceType;
}

/** A hyphen or a blank may belong to a name; what else is an operator makes an expression. */
function isPlainPath(source: string): boolean {
  return readPath(source).ok && !/[+*/%<>=!&|^~?:,]/.test(source);
}

function readText(fields: ReadonlyMap<string, unknown>, name: string, report: Report): string | undefined {
  const value = fields.get(name);
  if (typeof value === 'string') return value;
  if (value !== undefined && value !== null) report(name, `"${name}" must be a text.`);
  return undefined;
}
