import type { MappingDocument } from '@tributary/runner';
import { type CsvError, type CsvRecord, readCsv, writeCsv } from './csv.ts';

/** What a column of a mapping file holds, in the order that holds where there is no header. */
const fieldNames = ['source', 'destination', 'sourceType', 'name', 'description'] as const;
type FieldName = (typeof fieldNames)[number];

/** How columns are headed, in lower case and without anything but letters. */
const headings: ReadonlyMap<string, FieldName> = new Map([
  ...fieldNames.map((name) => [name.toLowerCase(), name] as const),
  ['sourceattribute', 'source'],
  ['sourcefield', 'source'],
  ['destinationxdmpath', 'destination'],
  ['destinationfield', 'destination'],
  ['target', 'destination'],
  ['targetfield', 'destination'],
  ['targetxdmfield', 'destination'],
  ['targetxdmfieldpath', 'destination'],
  ['type', 'sourceType'],
]);

export type MappingCsvReading =
  | {
      readonly ok: true;
      readonly mappings: readonly Readonly<Partial<Record<FieldName, string>>>[];
      /** The line of each mapping. */
      readonly lines: readonly number[];
    }
  | { readonly ok: false; readonly errors: readonly CsvError[] };

/**
 * Reads mappings from CSV: a line each, of source and destination, then optionally source type, name and description.
 * A header, in any order, is taken as one where it heads a source and a destination.
 */
export function readMappingCsv(text: string): MappingCsvReading {
  const reading = readCsv(text);
  if (!reading.ok) return reading;
  const [first, ...others] = reading.records;
  if (first === undefined) return { ok: false, errors: [{ line: 1, message: 'there is no mapping' }] };
  const header = headerOf(first);
  const records = header === undefined ? reading.records : others;
  const columns = header ?? fieldNames;
  const errors: CsvError[] = [];
  for (const [index, column] of columns.entries()) {
    if (column === undefined) {
      errors.push({
        line: first.line,
        message: `"${first.fields[index]}" heads no column of a mapping; known are ${fieldNames.join(', ')}`,
      });
    } else if (columns.indexOf(column) < index) {
      errors.push({ line: first.line, message: `the column ${column} is there twice` });
    }
  }
  const fewest =
    header === undefined ? 2 : Math.max(columns.indexOf('source'), columns.indexOf('destination')) + 1;
  for (const { line, fields } of records) {
    if (fields.length >= fewest && fields.length <= columns.length) continue;
    const expected = fewest === columns.length ? fewest : `${fewest} to ${columns.length}`;
    const hint =
      fields.length === 1 && fields[0]?.includes(';') ? '; separate them with commas, not semicolons' : '';
    errors.push({ line, message: `has ${fields.length} fields where ${expected} are expected${hint}` });
  }
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    mappings: records.map(({ fields }) =>
      Object.fromEntries(
        columns.flatMap((column, index) => (column && fields[index] ? [[column, fields[index]]] : [])),
      ),
    ),
    lines: records.map(({ line }) => line),
  };
}

/** What each column holds, undefined for a heading that is not known; undefined where the record is no header. */
function headerOf({ fields }: CsvRecord): readonly (FieldName | undefined)[] | undefined {
  const columns = fields.map((heading) => headings.get(heading.toLowerCase().replaceAll(/[^a-z]/g, '')));
  return columns.includes('source') && columns.includes('destination') ? columns : undefined;
}

/** Mappings as a CSV text that {@link readMappingCsv} reads back. */
export function writeMappingCsv(mappings: readonly MappingDocument[]): string {
  const rows = mappings.map((mapping) =>
    fieldNames.map((name) => (typeof mapping[name] === 'string' ? String(mapping[name]) : '')),
  );
  return writeCsv([fieldNames, ...rows]);
}
