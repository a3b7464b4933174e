/**
 * A field's path as the registry prints it: `/person/name`, with `[]` after an array and `{}` after a map
 * (`/orders[]/sku`). Empty for the root.
 */
export function formatPath(segments: readonly string[]): string {
  return segments.map((segment) => (isContainerStep(segment) ? segment : `/${segment}`)).join('');
}

/** The same with dots, as mappings write paths: `person.name`, `orders[].sku`. */
export function formatDottedPath(segments: readonly string[]): string {
  return segments
    .map((segment, index) => (isContainerStep(segment) || index === 0 ? segment : `.${segment}`))
    .join('');
}

function isContainerStep(segment: string): boolean {
  return segment === '[]' || segment === '{}';
}
