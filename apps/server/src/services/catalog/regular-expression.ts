import { RE2JS, RE2JSException } from 're2js';
import { Problem } from '../../http/problem.ts';

/**
 * A client's regular expression as a test of texts, in RE2's syntax: expressions of strangers can keep a backtracking
 * engine busy for hours, and this one takes time in proportion to the text.
 * @throws {Problem} of kind `invalidParameter`
 */
export function regularExpression(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new Problem(
      'invalidParameter',
      `The parameter 'property' holds a regular expression that cannot be read: '${pattern}' (${error.message}).`,
      { violations: [{ path: 'property', message: 'expected a regular expression' }] },
    );
  }
}
