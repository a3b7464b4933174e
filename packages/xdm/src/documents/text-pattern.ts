import { RE2JS, RE2JSException } from 're2js';

/** Whether a text has a match of a pattern somewhere in it, as JSON Schema's `pattern` asks. */
export type PatternTest = (text: string) => boolean;

const MAX_KEPT = 1_000;
const tests = new Map<string, PatternTest | undefined>();

/**
 * A test for a JSON Schema pattern; undefined for one that looks around or refers back, which cannot be checked. It takes time
 * in proportion to the text, whatever the pattern, and is matched by the rules of RE2, as rows are at ingestion.
 */
export function patternTest(pattern: string): PatternTest | undefined {
  if (tests.has(pattern)) return tests.get(pattern);
  const test = compile(pattern);
  if (tests.size >= MAX_KEPT) tests.clear();
  tests.set(pattern, test);
  return test;
}

function compile(pattern: string): PatternTest | undefined {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
