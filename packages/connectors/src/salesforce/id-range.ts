/** A half-open range `(after, upTo]` of record ids; a bound that is absent is open. */
export interface IdRange {
  readonly after?: string;
  readonly upTo?: string;
}

/** The digits of an id, in their order (Salesforce compares ids case sensitively). */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** What an id is without the three characters of its longer form, which tell nothing more. */
const ID_LENGTH = 15;
const ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

export function isRecordId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** The range as conditions of a query. */
export function idConditions(range: IdRange | undefined): readonly string[] {
  return [
    ...(range?.after === undefined ? [] : [`Id > '${range.after}'`]),
    ...(range?.upTo === undefined ? [] : [`Id <= '${range.upTo}'`]),
  ];
}

/**
 * Divides a range into at most `parts`, evenly between the first and the last id that it holds. However unevenly ids lie between
 * them, the parts leave no row out and share none; a range that cannot be divided comes back as it is.
 */
export function dividedRange(range: IdRange, first: string, last: string, parts: number): readonly IdRange[] {
  const low = numberOf(first);
  const high = numberOf(last);
  const bounds = new Set<string>();
  for (let part = 1; part < parts; part++) {
    const bound = low + ((high - low) * BigInt(part)) / BigInt(parts);
    if (bound < high) bounds.add(idOf(bound));
  }
  const edges = [range.after, ...bounds, range.upTo];
  return edges.slice(1).map((upTo, index) => ({
    ...(edges[index] === undefined ? {} : { after: edges[index] }),
    ...(upTo === undefined ? {} : { upTo }),
  }));
}

function numberOf(id: string): bigint {
  return Array.from(id.slice(0, ID_LENGTH)).reduce(
    (number, digit) => number * BASE + BigInt(DIGITS.indexOf(digit)),
    0n,
  );
}

function idOf(number: bigint): string {
  let digits = '';
  for (let rest = number; digits.length < ID_LENGTH; rest /= BASE)
    digits = DIGITS[Number(rest % BASE)] + digits;
  return digits;
}
