/** What values look like, where that says what they are. */
export type ValueKind = 'email' | 'phone' | 'url' | 'country-code' | 'date' | 'number';

/** In this order: what is tried first is the more telling. */
const patterns: readonly (readonly [ValueKind, RegExp])[] = [
  ['email', /^[^\s@<>,;]+@[^\s@<>,;]+\.[a-z]{2,}$/i],
  ['url', /^(?:https?:\/\/|www\.)\S+$/i],
  ['date', /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?:[T ]\d{2}:\d{2}.*)?$/],
  ['country-code', /^[A-Z]{2}$/],
  ['number', /^[+-]?\d{1,6}(?:\.\d+)?$/],
  ['phone', /^(?=(?:\D*\d){7,15}\D*$)\+?[\d\s()./-]+(?:\s*(?:x|ext\.?)\s*\d{1,6})?$/i],
];

/** The share of values that must look alike. */
const SHARE = 0.8;
/** More values tell nothing more. */
const MAX_SAMPLES = 100;

/** The kind that nearly all of the values are of; undefined for values of no kind, and where there are none. */
export function kindOfValues(values: readonly unknown[]): ValueKind | undefined {
  const texts = values
    .slice(0, MAX_SAMPLES)
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map((value) => String(value).trim())
    .filter((text) => text !== '');
  if (texts.length === 0) return undefined;
  const looksLike = ([, pattern]: (typeof patterns)[number]) =>
    texts.filter((text) => pattern.test(text)).length >= SHARE * texts.length;
  return patterns.find(looksLike)?.[0];
}

/** Whether there is any value to judge by. */
export function hasValues(values: readonly unknown[]): boolean {
  return values.some((value) => value !== null && value !== undefined && value !== '');
}
