const UTC = /^(?:(?:etc\/)?(?:utc|uct|zulu|gmt|universal)|[+-]00:00)$/i;

/** A zone by the name that the server knows it by; `UTC` whatever the server calls that. */
export function zoneNamed(name: string): string {
  return UTC.test(name) ? 'UTC' : name;
}
