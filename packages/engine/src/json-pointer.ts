/** Addresses a member of a JSON object by its exact name (RFC 6901). */
export function jsonPointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
