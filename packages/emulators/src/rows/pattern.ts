import { mix } from './hash.ts';

const padded = [1, 2, 3, 4].map((width) =>
  Array.from({ length: 10 ** width }, (_, n) => String(n).padStart(width, '0')),
);

interface Segment {
  readonly literal: string;
  /** Digits that follow the literal, 0 to 4. */
  readonly digits: number;
}

/** Compiles a pattern in which every `#` stands for a digit. */
export function compilePattern(pattern: string): (salt: number, index: number) => string {
  const segments: Segment[] = [];
  for (const [, literal = '', digits = ''] of pattern.matchAll(/([^#]*)(#{0,4})/g)) {
    if (literal !== '' || digits !== '') segments.push({ literal, digits: digits.length });
  }
  return (salt, index) => {
    let text = '';
    let step = 0;
    for (const { literal, digits } of segments) {
      text += literal;
      if (digits > 0) {
        const choices = padded[digits - 1] ?? [];
        text += choices[mix(salt + step++, index) % choices.length] ?? '';
      }
    }
    return text;
  };
}
