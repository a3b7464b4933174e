import { SourceError } from '../source.ts';
import {
  COMPRESSIONS,
  type Compression,
  DEFAULT_DELIMITED,
  DEFAULT_ENCODING,
  type DelimitedFiles,
  type FileFormat,
} from './file-format.ts';
import { isGlob, parseGlob } from './glob.ts';
import { normalPath, type PathSelection } from './path-selection.ts';

/** What a source connection says of the files to read: its `data` and its `params`. */
export interface GivenFileSelection {
  readonly data: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Which files are read, and how. */
export interface FileSelection {
  readonly paths: PathSelection;
  readonly format: FileFormat;
}

/** What is wrong with a selection: a JSON pointer into the source connection, and the mend. */
export interface SelectionViolation {
  readonly path: string;
  readonly message: string;
}

export type ReadSelection =
  | { readonly ok: true; readonly selection: FileSelection }
  | { readonly ok: false; readonly violations: readonly SelectionViolation[] };

/** Reads what a source connection says of files, with everything that is wrong with it. */
export function readFileSelection({ data, params }: GivenFileSelection): ReadSelection {
  const reader = new SelectionReader(data, params);
  const selection = { paths: reader.paths(), format: reader.format() };
  const { violations } = reader;
  return violations.length > 0 ? { ok: false, violations } : { ok: true, selection };
}

/** @throws SourceError `invalid` that names each field and its mend. */
export function parseFileSelection(given: GivenFileSelection): FileSelection {
  const read = readFileSelection(given);
  if (read.ok) return read.selection;
  const told = read.violations.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new SourceError('invalid', 'INVALID_SELECTION', told);
}

/** Properties that are known in more than one name: the platform's, then those that other tools have. */
const NAMES = {
  delimiter: ['columnDelimiter', 'delimiter'],
  quote: ['quote', 'quoteCharacter'],
  escape: ['escape', 'escapeCharacter'],
  header: ['header', 'hasHeader'],
  nullText: ['nullText', 'nullValue'],
  encoding: ['encoding'],
  compressionType: ['compressionType'],
} as const;

const FORMATS = ['delimited', 'json', 'parquet'];

class SelectionReader {
  readonly violations: SelectionViolation[] = [];
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #properties: Readonly<Record<string, unknown>>;
  readonly #params: Readonly<Record<string, unknown>>;

  constructor(data: Readonly<Record<string, unknown>>, params: Readonly<Record<string, unknown>>) {
    this.#data = data;
    this.#params = params;
    const { properties = {} } = data;
    const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
    if (!isObject) this.#refuse('/data/properties', 'must be an object');
    this.#properties = isObject ? { ...properties } : {};
  }

  paths(): PathSelection {
    const { path, type } = this.#params;
    const isRecursive = this.#flag(this.#params.recursive, '/params/recursive') ?? false;
    const selection: PathSelection = { path: '', type: this.#type(type), isRecursive };
    if (typeof path !== 'string' || path === '') {
      this.#refuse('/params/path', 'must be the path of a file or a folder, or a pattern such as /in/*.csv');
      return selection;
    }
    try {
      const normal = normalPath(path);
      if (isGlob(normal)) parseGlob(normal);
      return { ...selection, path: normal, type: path.endsWith('/') ? 'folder' : selection.type };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#refuse('/params/path', error.message.replace(/^path: /, ''));
      return selection;
    }
  }

  #type(type: unknown): PathSelection['type'] {
    if (type === undefined || type === 'file' || type === 'folder') return type;
    this.#refuse('/params/type', 'must be file or folder');
    return undefined;
  }

  format(): FileFormat {
    const { format } = this.#data;
    switch (format) {
      case 'delimited':
        return this.#delimited();
      case 'json':
        return { kind: 'json', ...this.#text() };
      case 'parquet':
        if (this.#compression() !== undefined) {
          this.#refuse(
            this.#property('compressionType').at,
            'must be left out: a Parquet file says itself how it is compressed',
          );
        }
        return { kind: 'parquet' };
      default:
        this.#refuse('/data/format', `must be one of ${FORMATS.join(', ')}`);
        return DEFAULT_DELIMITED;
    }
  }

  #delimited(): DelimitedFiles {
    const quote = this.#character('quote', '"', { mayBeEmpty: true, isAscii: true });
    const header = this.#property('header');
    const nullText = this.#property('nullText');
    if (nullText.value !== undefined && typeof nullText.value !== 'string')
      this.#refuse(nullText.at, 'must be a text');
    const format: DelimitedFiles = {
      kind: 'delimited',
      delimiter: this.#character('delimiter', ',', {}),
      quote,
      escape: this.#character('escape', quote, { mayBeEmpty: quote === '', isAscii: true }),
      hasHeader: this.#flag(header.value, header.at) ?? true,
      nullText: typeof nullText.value === 'string' ? nullText.value : '',
      ...this.#text(),
    };
    if (format.delimiter === format.quote)
      this.#refuse(this.#property('delimiter').at, 'must be another character than the quote');
    if (format.delimiter === format.escape && format.escape !== format.quote)
      this.#refuse(this.#property('escape').at, 'must be another character than the delimiter');
    return format;
  }

  #text(): { readonly encoding: string; readonly compression: Compression | undefined } {
    const { value, at } = this.#property('encoding');
    const encoding = value ?? DEFAULT_ENCODING;
    const isKnown = typeof encoding === 'string' && isEncoding(encoding);
    if (!isKnown)
      this.#refuse(at, 'must be the name of an encoding, such as UTF-8, ISO-8859-1 or windows-1252');
    return { encoding: isKnown ? encoding : DEFAULT_ENCODING, compression: this.#compression() };
  }

  #compression(): Compression | undefined {
    const { value, at } = this.#property('compressionType');
    if (value === undefined || value === '') return undefined;
    const known = COMPRESSIONS.find((name) => name.toLowerCase() === String(value).toLowerCase());
    if (known === undefined) this.#refuse(at, `must be one of ${COMPRESSIONS.join(', ')}`);
    return known;
  }

  /** The platform's tutorial writes the delimiter beside the format; properties are the newer place for all of them. */
  #property(name: keyof typeof NAMES): { readonly value: unknown; readonly at: string } {
    for (const key of NAMES[name]) {
      if (this.#properties[key] !== undefined)
        return { value: this.#properties[key], at: `/data/properties/${key}` };
      if (this.#data[key] !== undefined) return { value: this.#data[key], at: `/data/${key}` };
    }
    return { value: undefined, at: `/data/properties/${NAMES[name][0]}` };
  }

  #character(
    name: 'delimiter' | 'quote' | 'escape',
    fallback: string,
    { mayBeEmpty = false, isAscii = false },
  ): string {
    const { value, at } = this.#property(name);
    if (value === undefined) return fallback;
    // Query parameters and people write a tab so.
    const text = value === '\\t' ? '\t' : value;
    const isOne = typeof text === 'string' && (text.length === 1 || (mayBeEmpty && text === ''));
    const isLineEnd = text === '\n' || text === '\r';
    const isInRange = typeof text === 'string' && (!isAscii || text <= '\x7f') && text !== '\0';
    if (isOne && isInRange && !isLineEnd) return text;
    this.#refuse(at, `must be one ${isAscii ? 'ASCII ' : ''}character${mayBeEmpty ? ', or empty' : ''}`);
    return fallback;
  }

  /** The platform's tutorial writes booleans as texts. */
  #flag(value: unknown, at: string): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value;
    const text = String(value).toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
    this.#refuse(at, 'must be true or false');
    return undefined;
  }

  #refuse(path: string, message: string): void {
    this.violations.push({ path, message });
  }
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
