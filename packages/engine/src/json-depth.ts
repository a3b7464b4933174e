import { scalarFunction } from '@tributary/data-prep';

/**
 * JSON of a source that is nested deeper cannot be read. Whatever takes JSON apart by calling itself for each
 * level (DuckDB's own functions among it) ends its process where it is nested ever deeper.
 */
export const MAX_JSON_DEPTH = 1_000;

/** SQL for whether a JSON text is nested more than {@link MAX_JSON_DEPTH} levels deep; never null. */
export function isNestedTooDeep(text: string): string {
  const opening = `strlen(${text}) - strlen(replace(replace(${text}, '[', ''), '{', ''))`;
  // Only what is long, and opens brackets often enough, is looked at character by character.
  return (
    `coalesce(CASE WHEN strlen(${text}) <= ${2 * MAX_JSON_DEPTH} OR ${opening} <= ${MAX_JSON_DEPTH} THEN FALSE ` +
    `ELSE json_depth(${text}) > ${MAX_JSON_DEPTH} END, FALSE)`
  );
}

/** How many arrays and objects stand within each other in a text, JSON or not. */
export const jsonDepth = scalarFunction({
  name: 'json_depth',
  parameters: ['VARCHAR'],
  returns: 'BIGINT',
  call: (text) => BigInt(depthOf(text)),
});

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

/** Where the string ends that begins at `start`: at its closing quotation mark, or with the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at;
  }
  return text.length;
}
