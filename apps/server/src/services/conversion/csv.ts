/** A line of a CSV text, which quoted fields may stretch over several lines of text. */
export interface CsvRecord {
  /** Of its beginning, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvError {
  readonly line: number;
  readonly message: string;
}

export type CsvReading =
  | { readonly ok: true; readonly records: readonly CsvRecord[] }
  | { readonly ok: false; readonly errors: readonly CsvError[] };

/** A quoted field (doubled quotes are one) or a bare one, and what ends it. */
const field = /"((?:[^"]|"")*)"([^,\r\n]*)(,|\r\n|\r|\n|$)|([^,\r\n]*)(,|\r\n|\r|\n|$)/y;

/** Reads CSV (RFC 4180): comma, double quotes, any end of line; a byte-order mark and blank lines are passed over. */
export function readCsv(given: string): CsvReading {
  const text = given.replace(/^\uFEFF/, '');
  const records: CsvRecord[] = [];
  const errors: CsvError[] = [];
  let fields: string[] = [];
  let line = 1;
  let begin = 1;
  field.lastIndex = 0;
  while (field.lastIndex < text.length || fields.length > 0) {
    const [whole = '', quoted, after, quotedEnd, bare = '', bareEnd] = field.exec(text) ?? [];
    const end = quotedEnd ?? bareEnd ?? '';
    if (after !== undefined && after.trim() !== '') {
      errors.push({
        line,
        message: `"${after.trim()}" stands after a closing quote; double the quotes within a field`,
      });
    } else if (quoted === undefined && bare.trimStart().startsWith('"')) {
      return { ok: false, errors: [...errors, { line, message: 'a quote is opened and not closed' }] };
    }
    fields.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    line += lineBreaks(whole);
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begin, fields });
    fields = [];
    begin = line;
  }
  return errors.length === 0 ? { ok: true, records } : { ok: false, errors };
}

/** A CSV text of records, each field quoted where it has to be. */
export function writeCsv(records: readonly (readonly string[])[]): string {
  return records.map((fields) => `${fields.map(writtenField).join(',')}\r\n`).join('');
}

function writtenField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
