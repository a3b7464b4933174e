const plainStep = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;
/** Names that mean something else in the language unless they are wrapped. */
const RESERVED = new Set(
  (
    'and or not eq ne lt le gt ge div mod new break var for false while null continue else true if return _errors ' +
    'do function empty size'
  ).split(' '),
);

/** A path as the language writes it: bare where that reads back the same, else in a wrapping. */
export function pathText(steps: readonly string[]): string {
  if (steps.every((step) => plainStep.test(step) && !RESERVED.has(step))) return steps.join('.');
  return `\${${steps.map((step) => step.replaceAll(/[\\.}]/g, '\\$&')).join('.')}}`;
}
