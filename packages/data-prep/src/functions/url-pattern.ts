const percentEscape = '%[0-9A-Fa-f]{2}';
/** What no part of a URL holds. Characters beyond ASCII are let pass, as `java.net.URI` does. */
const never = String.raw`\x00-\x20\x7f"<>\\^\x60{|}%#`;
const scheme = '[A-Za-z][A-Za-z0-9+.-]*';
const user = String.raw`(?:[^${never}/?@\[\]]|${percentEscape})*@`;
const host = String.raw`\[[0-9A-Fa-f:.]+\]|(?:[^${never}/?@:\[\]]|${percentEscape})+`;
const pathCharacters = String.raw`(?:[^${never}?\[\]]|${percentEscape})*`;
const queryCharacters = `(?:[^${never}]|${percentEscape})*`;
const fromHost = `//(?:${user})?(${host})(?::([0-9]{0,9}))?(/${pathCharacters})?`;
const withoutHost = `//(/${pathCharacters})`;
const withoutSlashes = String.raw`(/|/?[^${never}/?\[\]]${pathCharacters})`;

/**
 * An absolute URL (RFC 3986). A path is in one of three groups: behind a host, behind slashes without a host, as in
 * `file:///x`, or right behind the scheme, as in `mailto:a@b.c`.
 */
export const urlPattern =
  `^(${scheme}):(?:${fromHost}|${withoutHost}|${withoutSlashes})` +
  String.raw`(?:\?(${queryCharacters}))?(?:#(${queryCharacters}))?$`;

/** The names of the groups of {@link urlPattern}. */
export const urlGroups = [
  'scheme',
  'host',
  'port',
  'hostPath',
  'localPath',
  'opaquePath',
  'query',
  'fragment',
] as const;
