import { findField, findObject, objectDefinitions } from '../definitions.ts';
import type { Trouble } from '../faults.ts';
import type { Value } from '../generate/columns.ts';
import type { MutationRequest, Org } from '../org.ts';

/** A control request that cannot be carried out; the message says which field and what it must be. */
export class ControlError extends Error {}

const MOST_ROWS = 1_000_000;
const DEFAULT_BYTES = 1024;

type Body = Readonly<Record<string, unknown>>;

function asBody(body: unknown, allowed: readonly string[]): Body {
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

function wholeNumber(body: Body, name: string, fallback: number, least = 0, most = MOST_ROWS): number {
  const value = body[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ControlError(`'${name}' must be a whole number from ${least} to ${most}.`);
}

/** The canonical name of an object. */
export function parseObject(object: unknown): string {
  const found = typeof object === 'string' ? findObject(object) : undefined;
  if (found !== undefined) return found.name;
  throw new ControlError(`'object' must be one of ${objectDefinitions.map(({ name }) => name).join(', ')}.`);
}

export function parseMutation(input: unknown, org: Org): MutationRequest {
  const body = asBody(input, ['object', 'update', 'insert', 'delete', 'set']);
  const object = parseObject(body.object);
  const [update, insert, remove] = ['update', 'insert', 'delete'].map((name) => wholeNumber(body, name, 0));
  if (
    update === undefined ||
    insert === undefined ||
    remove === undefined ||
    update + insert + remove === 0
  ) {
    throw new ControlError("At least one of 'update', 'insert' and 'delete' must be above 0.");
  }
  const { liveRows } = org.table(object);
  if (update + remove > liveRows) {
    throw new ControlError(
      `${object} has ${liveRows} rows: 'update' and 'delete' together cannot be ${update + remove}.`,
    );
  }
  return { object, update, insert, delete: remove, set: parseSet(body.set ?? {}, object) };
}

function parseSet(set: unknown, objectName: string): Readonly<Record<string, Value>> {
  const object = findObject(objectName);
  if (set === null || typeof set !== 'object' || Array.isArray(set) || object === undefined) {
    throw new ControlError("'set' must be an object of field names and values.");
  }
  const values = Object.entries(set).map(([name, value]): [string, Value] => {
    const field = findField(object, name);
    if (field === undefined)
      throw new ControlError(`'set' names '${name}', but ${objectName} has no such field.`);
    if (['id', 'name', 'address'].includes(field.make.kind) || field.name === 'IsDeleted') {
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
    const time = field.type === 'datetime' && typeof simple === 'string' ? Date.parse(simple) : Number.NaN;
    return [field.name, Number.isNaN(time) ? simple : time];
  });
  return Object.fromEntries(values);
}

/** Epoch milliseconds, or null for real time. */
export function parseClock(input: unknown): number | null {
  const { now } = asBody(input, ['now']);
  if (now === null) return null;
  const time = typeof now === 'string' ? Date.parse(now) : now;
  // ECMAScript's range of times; years beyond have no ISO form with four digits.
  if (typeof time === 'number' && Number.isFinite(time) && Math.abs(time) < Date.UTC(9999, 0))
    return Math.floor(time);
  throw new ControlError(
    "'now' must be an ISO 8601 date and time, epoch milliseconds, or null for real time.",
  );
}

export interface FaultRequest {
  readonly trouble: Trouble;
  readonly times: number;
  readonly skip: number;
  readonly path: RegExp | undefined;
}

const faultOptions: Readonly<Record<Trouble['kind'], readonly string[]>> = {
  status: ['status', 'retryAfter'],
  requestLimit: [],
  expireSession: [],
  reset: ['afterBytes'],
  truncate: ['afterBytes'],
  slow: ['chunkBytes', 'delayMs'],
  jobFailed: ['errorMessage'],
  lateCommit: ['seconds'],
};

function isKind(kind: unknown): kind is Trouble['kind'] {
  return typeof kind === 'string' && Object.hasOwn(faultOptions, kind);
}

export function parseFault(input: unknown): FaultRequest {
  const kinds = Object.keys(faultOptions).join(', ');
  const kind = input !== null && typeof input === 'object' && 'kind' in input ? input.kind : undefined;
  if (!isKind(kind)) throw new ControlError(`'kind' must be one of ${kinds}.`);
  const body = asBody(input, ['kind', 'times', 'skip', 'path', ...faultOptions[kind]]);
  return {
    trouble: parseTrouble(kind, body),
    times: wholeNumber(body, 'times', 1, 1),
    skip: wholeNumber(body, 'skip', 0),
    path: parsePattern(body.path),
  };
}

function parseTrouble(kind: Trouble['kind'], body: Body): Trouble {
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
    case 'jobFailed': {
      const { errorMessage = 'InternalServerError: Retried more than fifteen times' } = body;
      if (typeof errorMessage !== 'string') throw new ControlError("'errorMessage' must be text.");
      return { kind, errorMessage };
    }
    case 'lateCommit':
      return { kind, seconds: wholeNumber(body, 'seconds', 30, 1) };
    case 'requestLimit':
    case 'expireSession':
      return { kind };
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
