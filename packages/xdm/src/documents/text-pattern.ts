import { RE2JS, RE2JSException } from 're2js';
import { BoundedCache } from '../compose/bounded-cache.ts';

/** Whether a text has a match of a pattern somewhere in it, as JSON Schema's `pattern` asks. */
export type PatternTest = (text: string) => boolean;

/** Characters of all patterns whose tests are kept. */
const MAX_KEPT = 100_000;

const compiled = new BoundedCache<{ readonly test: PatternTest | undefined }>(MAX_KEPT);

/**
 * A test for a JSON Schema pattern; undefined for one that looks around or refers back, which cannot be checked. It takes time
 * in proportion to the text, whatever the pattern, and is matched by the rules of RE2, as rows are at ingestion.
 */
export function patternTest(pattern: string): PatternTest | undefined {
  const known = compiled.get(pattern);
  if (known !== undefined) return known.test;
  const test = compile(pattern);
  compiled.set(pattern, { test }, pattern.length);
  return test;
}

function compile(pattern: string): PatternTest | undefined {
  try {
    const expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return (text) => expression.matcher(text).find();
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
