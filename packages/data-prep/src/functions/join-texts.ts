import { bindOnce } from '../sql/emitted.ts';
import { lambdaOfTwo } from '../sql/lambda.ts';

/** SQL that joins a list of texts. Null elements count as empty; null for a null list or separator. */
export function joinTexts(separator: string, texts: string): string {
  return bindOnce([separator, texts], (between, list) => {
    const joined = lambdaOfTwo((before, text) => `concat(${before}, ${between}, ${text})`);
    const all = `list_reduce(${list}, ${joined}, '')`;
    return `CASE WHEN ${between} IS NOT NULL THEN substring(${all}, length(${between}) + 1) END`;
  });
}
