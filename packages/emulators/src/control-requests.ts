import type { CommonTrouble } from './faults.ts';
import type { MutationRequest, Organization } from './organization.ts';
import type { Value } from './rows/columns.ts';
import type { GeneratedField, GeneratedObject } from './rows/field.ts';

/** A control request that cannot be carried out; the message says which field and what it must be. */
export class ControlError extends Error {}

const MOST_ROWS = 1_000_000;
const DEFAULT_BYTES = 1024;

export type Body = Readonly<Record<string, unknown>>;

/** What control requests may name. */
export interface Vocabulary<F extends GeneratedField, O extends GeneratedObject<F>> {
  readonly objects: readonly O[];
  findObject(name: string): O | undefined;
  findField(object: O, name: string): F | undefined;
  isDatetime(field: F): boolean;
  /** Whether a field's value follows from others, so that it cannot be set. */
  isDerived(field: F): boolean;
  /** Whether deleted rows lie in a recycle bin, so that they can come back. */
  readonly hasRecycleBin?: boolean;
}

export function readBody(body: unknown, allowed: readonly string[]): Body {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new ControlError(
      `The request body must be a JSON object (content-type application/json) with ${allowed.join(', ')}.`,
    );
  }
  const stranger = Object.keys(body).find((key) => !allowed.includes(key));
  if (stranger !== undefined)
    throw new ControlError(`'${stranger}' is unknown here; allowed are ${allowed.join(', ')}.`);
  return { ...body };
}

export function wholeNumber(body: Body, name: string, fallback: number, least = 0, most = MOST_ROWS): number {
  const value = body[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ControlError(`'${name}' must be a whole number from ${least} to ${most}.`);
}

/** The object that a request names. */
export function parseObject<F extends GeneratedField, O extends GeneratedObject<F>>(
  object: unknown,
  vocabulary: Pick<Vocabulary<F, O>, 'objects' | 'findObject'>,
): O {
  const found = typeof object === 'string' ? vocabulary.findObject(object) : undefined;
  if (found !== undefined) return found;
  throw new ControlError(`'object' must be one of ${vocabulary.objects.map(({ name }) => name).join(', ')}.`);
}

export function parseMutation<F extends GeneratedField, O extends GeneratedObject<F>>(
  input: unknown,
  organization: Pick<Organization<unknown, O>, 'table'>,
  vocabulary: Vocabulary<F, O>,
): MutationRequest {
  const ofTheBin = vocabulary.hasRecycleBin === true ? ['undelete', 'hardDelete'] : [];
  const counts = ['update', 'insert', 'delete', ...ofTheBin];
  const body = readBody(input, ['object', ...counts, 'set']);
  const object = parseObject(body.object, vocabulary);
  const update = wholeNumber(body, 'update', 0);
  const insert = wholeNumber(body, 'insert', 0);
  const remove = wholeNumber(body, 'delete', 0);
  const undelete = wholeNumber(body, 'undelete', 0);
  const hardDelete = wholeNumber(body, 'hardDelete', 0);
  if (update + insert + remove + undelete + hardDelete === 0)
    throw new ControlError(`At least one of ${listed(counts)} must be above 0.`);
  const { liveRows, binnedRows } = organization.table(object.name);
  const touched = update + remove + hardDelete;
  if (touched > liveRows) {
    const names = listed(['update', 'delete', ...ofTheBin.slice(1)]);
    throw new ControlError(`${object.name} has ${liveRows} rows: ${names} together cannot be ${touched}.`);
  }
  if (undelete > binnedRows)
    throw new ControlError(
      `${object.name} has ${binnedRows} rows in its recycle bin: 'undelete' cannot be ${undelete}.`,
    );
  const set = parseSet(body.set ?? {}, object, vocabulary);
  return { object: object.name, update, insert, delete: remove, undelete, hardDelete, set };
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}

function parseSet<F extends GeneratedField, O extends GeneratedObject<F>>(
  set: unknown,
  object: O,
  vocabulary: Vocabulary<F, O>,
): Readonly<Record<string, Value>> {
  if (set === null || typeof set !== 'object' || Array.isArray(set)) {
    throw new ControlError("'set' must be an object of field names and values.");
  }
  const values = Object.entries(set).map(([name, value]): [string, Value] => {
    const field = vocabulary.findField(object, name);
    if (field === undefined)
      throw new ControlError(`'set' names '${name}', but ${object.name} has no such field.`);
    if (vocabulary.isDerived(field)) {
      throw new ControlError(`'set' cannot give ${field.name} a value: it follows from others.`);
    }
    const simple: unknown = value;
    if (
      simple !== null &&
      typeof simple !== 'string' &&
      typeof simple !== 'number' &&
      typeof simple !== 'boolean'
    ) {
      throw new ControlError(`'set.${name}' must be text, a number, true, false or null.`);
    }
    const time = vocabulary.isDatetime(field) && typeof simple === 'string' ? Date.parse(simple) : Number.NaN;
    return [field.name, Number.isNaN(time) ? simple : time];
  });
  return Object.fromEntries(values);
}

/** Epoch milliseconds, or null for real time. */
export function parseClock(input: unknown): number | null {
  const { now } = readBody(input, ['now']);
  if (now === null) return null;
  const time = typeof now === 'string' ? Date.parse(now) : now;
  // ECMAScript's range of times; years beyond have no ISO form with four digits.
  if (typeof time === 'number' && Number.isFinite(time) && Math.abs(time) < Date.UTC(9999, 0))
    return Math.floor(time);
  throw new ControlError(
    "'now' must be an ISO 8601 date and time, epoch milliseconds, or null for real time.",
  );
}

export interface FaultRequest<T> {
  readonly trouble: T;
  readonly times: number;
  readonly skip: number;
  readonly path: RegExp | undefined;
}

/** Options of the faults that every emulator knows. */
const commonOptions: Readonly<Record<CommonTrouble['kind'], readonly string[]>> = {
  status: ['status', 'retryAfter'],
  reset: ['afterBytes'],
  truncate: ['afterBytes'],
  slow: ['chunkBytes', 'delayMs'],
  lateCommit: ['seconds'],
};

/** Faults that only one emulator knows, by kind: their options, and how they are read. */
export type OwnFaults<T> = Readonly<
  Record<string, { readonly options: readonly string[]; parse(body: Body): T }>
>;

export function parseFault<T>(input: unknown, own: OwnFaults<T>): FaultRequest<T | CommonTrouble> {
  const kinds = [...Object.keys(commonOptions), ...Object.keys(own)];
  const kind = input !== null && typeof input === 'object' && 'kind' in input ? input.kind : undefined;
  const ownFault = typeof kind === 'string' && Object.hasOwn(own, kind) ? own[kind] : undefined;
  if (ownFault === undefined && !isCommonKind(kind))
    throw new ControlError(`'kind' must be one of ${kinds.join(', ')}.`);
  const options = ownFault?.options ?? (isCommonKind(kind) ? commonOptions[kind] : []);
  const body = readBody(input, ['kind', 'times', 'skip', 'path', ...options]);
  return {
    trouble: ownFault?.parse(body) ?? parseCommonTrouble(body),
    times: wholeNumber(body, 'times', 1, 1),
    skip: wholeNumber(body, 'skip', 0),
    path: parsePattern(body.path),
  };
}

function isCommonKind(kind: unknown): kind is CommonTrouble['kind'] {
  return typeof kind === 'string' && Object.hasOwn(commonOptions, kind);
}

function parseCommonTrouble(body: Body): CommonTrouble {
  const { kind } = body;
  if (!isCommonKind(kind)) throw new ControlError(`'kind' must be one of ${Object.keys(commonOptions)}.`);
  switch (kind) {
    case 'status': {
      const retryAfter = body.retryAfter === undefined ? undefined : wholeNumber(body, 'retryAfter', 0);
      return { kind, status: wholeNumber(body, 'status', 503, 400, 599), retryAfter };
    }
    case 'reset':
    case 'truncate':
      return { kind, afterBytes: wholeNumber(body, 'afterBytes', DEFAULT_BYTES, 0, 2 ** 31) };
    case 'slow':
      return {
        kind,
        chunkBytes: wholeNumber(body, 'chunkBytes', DEFAULT_BYTES, 1, 2 ** 31),
        delayMs: wholeNumber(body, 'delayMs', 50, 0, 60_000),
      };
    case 'lateCommit':
      return { kind, seconds: wholeNumber(body, 'seconds', 30, 1) };
  }
}

function parsePattern(path: unknown): RegExp | undefined {
  if (path === undefined || path === null) return undefined;
  try {
    if (typeof path === 'string') return new RegExp(path);
  } catch {
    // Told below: the same mend helps.
  }
  throw new ControlError(
    "'path' must be a regular expression, matched against the path and query of requests.",
  );
}
