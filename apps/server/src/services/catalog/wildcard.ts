/** Whether a text is what a pattern says, in which `*` stands for any characters and `**` for an asterisk. */
export function matchesWildcard(text: string, pattern: string): boolean {
  const [first = '', ...others] = literalParts(pattern);
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const middle = text.slice(first.length, text.length - last.length);
  let from = 0;
  for (const part of others) {
    const at = middle.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

function literalParts(pattern: string): string[] {
  const parts = [''];
  for (const [token] of pattern.matchAll(/\*\*|\*|[^*]+/g)) {
    if (token === '*') parts.push('');
    else parts[parts.length - 1] += token === '**' ? '*' : token;
  }
  return parts;
}

/** The longest text that everything which a pattern matches contains. */
export function literalOf(pattern: string): string {
  return literalParts(pattern).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
