/**
 * Bounds of text keep this many code points, Iceberg's default (`write.metadata.metrics.default` =
 * `truncate(16)`).
 */
const KEPT_CODE_POINTS = 16;
const LAST_CODE_POINT = 0x10ffff;
const SURROGATES = { first: 0xd800, last: 0xdfff };

/** A prefix is never greater than the text itself. */
export function lowerTextBound(text: string): Buffer | undefined {
  const codePoints = codePointsOf(text);
  return codePoints && utf8(codePoints.slice(0, KEPT_CODE_POINTS));
}

/**
 * The least text of at most 16 code points that no text with this prefix exceeds; undefined where there is
 * none.
 */
export function upperTextBound(text: string): Buffer | undefined {
  const codePoints = codePointsOf(text);
  if (!codePoints || codePoints.length <= KEPT_CODE_POINTS) return codePoints && utf8(codePoints);
  for (let length = KEPT_CODE_POINTS; length > 0; length--) {
    const next = following(codePoints[length - 1] ?? LAST_CODE_POINT);
    if (next !== undefined) return utf8([...codePoints.slice(0, length - 1), next]);
  }
  return undefined;
}

function codePointsOf(text: string): readonly number[] | undefined {
  // Half a surrogate pair has no UTF-8; it can only come from text that was damaged on its way.
  if (!text.isWellFormed()) return undefined;
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** UTF-8 sorts bytewise by code point, and has none for surrogates. */
function following(codePoint: number): number | undefined {
  if (codePoint === LAST_CODE_POINT) return undefined;
  return codePoint + 1 === SURROGATES.first ? SURROGATES.last + 1 : codePoint + 1;
}

function utf8(codePoints: readonly number[]): Buffer {
  return Buffer.from(String.fromCodePoint(...codePoints), 'utf8');
}
