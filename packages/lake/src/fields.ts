/**
 * Readers that turn a value from outside (JSON or Avro) into a typed one, or say which field is wrong and
 * how.
 */

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Table metadata or a manifest that does not follow the Iceberg spec, or a part of the spec that is not
 * served.
 */
export class IcebergFormatError extends Error {
  override readonly name = 'IcebergFormatError';
  /** The field at fault, for example `schemas[0].fields[2].id`. */
  readonly field: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    super(`${field} ${problem}`, options);
    this.field = field;
  }
}

type Reader<T> = (value: unknown, field: string) => T;

export function readFields(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(field, 'an object', value);
  // Any object may be read by key; each value stays unknown.
  return value as Fields;
}

export function readList<T>(value: unknown, field: string, readItem: Reader<T>): readonly T[] {
  if (!Array.isArray(value)) throw wrong(field, 'a list', value);
  return value.map((item, index) => readItem(item, `${field}[${index}]`));
}

export function readString(value: unknown, field: string): string {
  if (typeof value !== 'string') throw wrong(field, 'a string', value);
  return value;
}

export function readBoolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw wrong(field, 'true or false', value);
  return value;
}

export function readBytes(value: unknown, field: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrong(field, 'bytes', value);
  return value;
}

/** A whole number small enough for JavaScript to count with; of Avro it may come as a bigint. */
export function readInteger(value: unknown, field: string): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    throw wrong(field, 'a whole number', value);
  return number;
}

/** A 64-bit whole number. */
export function readLong(value: unknown, field: string): bigint {
  const long = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof long !== 'bigint' || BigInt.asIntN(64, long) !== long)
    throw wrong(field, 'a 64-bit whole number', value);
  return long;
}

export function readStringMap(value: unknown, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(readFields(value, field));
  return Object.fromEntries(entries.map(([key, text]) => [key, readString(text, `${field}.${key}`)]));
}

/** One of `choices`, given by its place among them. */
export function readChoice<T extends string>(value: unknown, field: string, choices: readonly T[]): T {
  const chosen = choices[readInteger(value, field)];
  if (chosen === undefined) throw new IcebergFormatError(field, `must be from 0 to ${choices.length - 1}`);
  return chosen;
}

/** Missing and null mean the same. */
export function optional<T>(value: unknown, field: string, read: Reader<T>): T | undefined {
  return value === undefined || value === null ? undefined : read(value, field);
}

function wrong(field: string, expected: string, found: unknown): IcebergFormatError {
  const kind =
    found === undefined
      ? 'missing'
      : found === null
        ? 'null'
        : Array.isArray(found)
          ? 'a list'
          : typeof found;
  return new IcebergFormatError(field, `must be ${expected}, but is ${kind}`);
}
