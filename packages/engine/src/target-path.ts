const INDEX = /^\[(\d+|\*)\]$/;

/** A target path as mappings write it: `person.name`, `emails[0].address`, `emails[*].address`. */
export function formatTargetPath(segments: readonly string[]): string {
  return segments
    .map((segment, index) => (index === 0 || INDEX.test(segment) ? segment : `.${segment}`))
    .join('');
}
