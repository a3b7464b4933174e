/** What a `Prefer` header asks for (RFC 7240; Compose HTTP requests, Prefer). */
export interface Preferences {
  readonly maxPageSize: number;
  readonly tracksChanges: boolean;
  includes(annotation: string): boolean;
  /** What `Preference-Applied` says. */
  readonly applied: string;
}

/** Larger pages are not given, and asking for them is passed over. */
const MOST_PAGE_SIZE = 5000;

export function parsePreferences(header: string | string[] | undefined): Preferences {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const size = Number(/odata\.maxpagesize\s*=\s*"?(\d+)/i.exec(text)?.[1] ?? MOST_PAGE_SIZE);
  const annotations = /odata\.include-annotations\s*=\s*"([^"]*)"/i.exec(text)?.[1];
  const tracksChanges = /odata\.track-changes/i.test(text);
  const patterns = annotations?.split(',').map((name) => name.trim()) ?? [];
  const isKnownSize = size >= 1 && size <= MOST_PAGE_SIZE;
  return {
    maxPageSize: isKnownSize ? size : MOST_PAGE_SIZE,
    tracksChanges,
    includes: (annotation) => patterns.some((pattern) => matches(pattern, annotation)),
    applied: [
      ...(isKnownSize && size < MOST_PAGE_SIZE ? [`odata.maxpagesize=${size}`] : []),
      ...(annotations === undefined ? [] : [`odata.include-annotations="${annotations}"`]),
      ...(tracksChanges ? ['odata.track-changes'] : []),
    ].join(','),
  };
}

function matches(pattern: string, annotation: string): boolean {
  return pattern.endsWith('*') ? annotation.startsWith(pattern.slice(0, -1)) : annotation === pattern;
}
