/**
 * Quotes a name for SQL. Any name is safe but for one with a NUL character, which no source has and no SQL text can
 * carry: that throws a RangeError.
 */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new RangeError('A name with a NUL character cannot be used in SQL');
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes text for SQL. A NUL character can't stand in SQL text and is put in by `chr(0)`. */
export function quoteLiteral(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}
