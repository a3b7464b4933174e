/** What a text of a `format` looks like. */
export interface TextFormat {
  /** Anchored at both ends, in what the syntaxes of ECMA-262 and RE2 have in common, so that every check agrees. */
  readonly pattern: string;
  /** A text that meets it. */
  readonly example: string;
}

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const GROUP = '[0-9A-Fa-f]{1,4}';
/** What a URI never holds as it is: control characters, blanks and delimiters. Letters beyond ASCII are let pass (RFC 3987). */
const URI_CHARACTER = '[^\\x00-\\x20\\x7f<>"{}|\\\\^`]';
const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const OFFSET = '([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])';

const email: TextFormat = {
  pattern: '^[^\\x00-\\x20\\x7f@]+@[^\\x00-\\x20\\x7f@.]+(\\.[^\\x00-\\x20\\x7f@.]+)*$',
  example: 'jane.doe@example.com',
};
const uri: TextFormat = {
  pattern: `^[A-Za-z][A-Za-z0-9+.-]*:${URI_CHARACTER}*$`,
  example: 'https://www.example.com/path',
};
const uriReference: TextFormat = { pattern: `^${URI_CHARACTER}*$`, example: '/uri-reference' };
const hostname: TextFormat = { pattern: `^${LABEL}(\\.${LABEL})*$`, example: 'www.example.com' };

/**
 * The formats of JSON Schema (draft 6, and `date`, `time` and `uuid` of later ones) that are checked, by name; any other
 * `format` is an annotation. Where a standard leaves room, what source systems really send passes: an e-mail address needs
 * no dot in its domain, a time no offset.
 */
export const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = withoutPrototype({
  date: { pattern: `^${DATE}$`, example: '2024-01-31' },
  'date-time': { pattern: `^${DATE}[Tt]${TIME}${OFFSET}$`, example: '2024-01-31T12:00:00Z' },
  time: { pattern: `^${TIME}${OFFSET}?$`, example: '12:00:00Z' },
  email,
  'idn-email': email,
  uri,
  iri: uri,
  'uri-reference': uriReference,
  'iri-reference': uriReference,
  hostname,
  ipv4: { pattern: `^${IPV4}$`, example: '192.0.2.1' },
  ipv6: { pattern: `^(${ipv6Forms().join('|')})$`, example: '2001:db8::1' },
  uuid: {
    pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
    example: '123e4567-e89b-42d3-a456-426614174000',
  },
  'json-pointer': { pattern: '^(/([^/~]|~[01])*)*$', example: '/path/to/0' },
});

/** A format may have any name, `constructor` too. */
function withoutPrototype(formats: Record<string, TextFormat>): Record<string, TextFormat> {
  return Object.assign(Object.create(null), formats);
}

/** RFC 4291, 2.2: eight groups; fewer around one `::`; the last two may be written as an IPv4 address. */
function ipv6Forms(): readonly string[] {
  const tail = `(${GROUP}:${GROUP}|${IPV4})`;
  const forms = [`(${GROUP}:){6}${tail}`];
  for (let before = 0; before <= 7; before += 1) {
    const head = before === 0 ? '' : `${GROUP}(:${GROUP}){${before - 1}}`;
    const room = 7 - before;
    forms.push(`${head}::`);
    if (room >= 1) forms.push(`${head}::(${GROUP}:){0,${room - 1}}${GROUP}`);
    if (room >= 2) forms.push(`${head}::(${GROUP}:){0,${room - 2}}${IPV4}`);
  }
  return forms;
}
