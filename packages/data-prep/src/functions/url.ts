import type { EmittedSql } from '../plan.ts';
import { bindOnce, inTry, madeOf, mayFail, valuesOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';
import defaultPorts from './url-default-ports.json' with { type: 'json' };
import { urlGroups, urlPattern } from './url-pattern.ts';

const category = 'URL';
const form = 'function';
const url: Parameter = { name: 'url', type: 'string', description: 'The URL, with its scheme.' };
const nullForInvalid = 'Null for a null text, and for one that is no URL.';

/** What becomes of the anchor of a URL, the part behind the hash sign, when its query is taken apart. */
const anchorModes: readonly string[] = ['retain', 'remove', 'append'];

/** Functions on URLs (RFC 3986). Parts come as they are written, with their percent escapes. */
export const urlFunctions: readonly FunctionEntry[] = [
  {
    name: 'get_url_protocol',
    aliases: [],
    category,
    form,
    parameters: [url],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'The scheme of a URL, such as https.',
    nulls: nullForInvalid,
    example: { expression: 'get_url_protocol("https://platform.adobe.com/home")', result: '"https"' },
    emit: (args) => partOfUrl(args, (part) => part('scheme')),
  },
  {
    name: 'get_url_host',
    aliases: [],
    category,
    form,
    parameters: [url],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'The host of a URL, without user and port.',
    nulls: `${nullForInvalid} Null where a URL names no host.`,
    example: {
      expression: 'get_url_host("https://platform.adobe.com/home")',
      result: '"platform.adobe.com"',
    },
    emit: (args) => partOfUrl(args, (part) => `CASE WHEN ${part('host')} <> '' THEN ${part('host')} END`),
  },
  {
    name: 'get_url_port',
    aliases: [],
    category,
    form,
    parameters: [url],
    signature: fixed(['string'], 'integer'),
    returnType: 'integer',
    description: 'The port of a URL, or the usual port of its scheme when it names none.',
    nulls: `${nullForInvalid} Null where no usual port is known.`,
    example: { expression: 'get_url_port("sftp://example.com//home/joe/employee.csv")', result: '22' },
    emit: (args) => partOfUrl(args, emitPort),
  },
  {
    name: 'get_url_path',
    aliases: [],
    category,
    form,
    parameters: [
      url,
      {
        name: 'full',
        type: 'boolean',
        description:
          'Whether to give the whole path, or only what follows its last slash; true when left out.',
        optional: true,
      },
    ],
    signature: fixed(['string', 'boolean'], 'string'),
    returnType: 'string',
    description: 'The path of a URL, without query and anchor.',
    nulls: nullForInvalid,
    example: {
      expression: 'get_url_path("sftp://example.com//home/joe/employee.csv")',
      result: '"//home/joe/employee.csv"',
    },
    emit: ([text, full]) => {
      if (full === undefined) return partOfUrl([text], pathOf);
      return partOfUrl([text, full], (part, isFull) => {
        return `CASE WHEN ${isFull} THEN ${pathOf(part)} ELSE regexp_extract(${pathOf(part)}, '[^/]*$') END`;
      });
    },
  },
  {
    name: 'get_url_query_str',
    aliases: [],
    category,
    form,
    parameters: [
      url,
      {
        name: 'anchor',
        type: 'string',
        description:
          'A literal text: "retain" leaves the anchor with the last value, "remove" drops it, "append" gives it a key of its own, _anchor_.',
        checkLiteral: (mode) =>
          anchorModes.includes(mode) ? undefined : `"${mode}" is not one of ${anchorModes.join(', ')}`,
      },
    ],
    signature: fixed(['string'], { kind: 'map', values: 'string' }),
    returnType: 'any',
    description: 'The names and values of a URL’s query. Of values with one name the last counts.',
    nulls: `${nullForInvalid} An empty map where a URL has no query.`,
    example: {
      expression: 'get_url_query_str("foo://example.com:8042/over/there?name=ferret#nose", "append")',
      result: '{"name": "ferret", "_anchor_": "nose"}',
    },
    emit: ([text, anchor]) => partOfUrl([text], (part) => emitQuery(part, String(anchor?.literal))),
  },
  {
    name: 'get_url_encoded',
    aliases: [],
    category,
    form,
    parameters: [{ name: 'text', type: 'string', description: 'The text to encode.' }],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description: 'Writes all characters but letters, digits, "-", "_" and "." as percent escapes of UTF-8.',
    nulls: 'Null for a null text.',
    example: { expression: 'get_url_encoded("a b/(c)")', result: '"a%20b%2F%28c%29"' },
    emit: (args) => madeOf(args, `replace(url_encode(${valuesOf(args).join('')}), '~', '%7E')`),
  },
  {
    name: 'get_url_decoded',
    aliases: [],
    category,
    form,
    parameters: [{ name: 'text', type: 'string', description: 'The text to decode.' }],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description:
      'Reads percent escapes, and a plus sign as a blank. An escape that is cut off, or that is no UTF-8, fails.',
    nulls: 'Null for a null text.',
    example: { expression: 'get_url_decoded("a%20b%2F%28c%29")', result: '"a b/(c)"' },
    emit: (args) =>
      mayFail(
        args,
        bindOnce(valuesOf(args), (text) => {
          const isBroken = `regexp_matches(${text}, ${quoteLiteral('%(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)')})`;
          return `CASE WHEN NOT ${isBroken} THEN ${inTry([text], (encoded) => `url_decode(replace(${encoded}, '+', ' '))`)} END`;
        }),
      ),
  },
];

type UrlGroup = (typeof urlGroups)[number];

/**
 * SQL made of parts of a URL and of the arguments behind it, null where the text is no URL. A part that a URL has not is
 * empty text.
 */
function partOfUrl(
  [text, ...others]: readonly (EmittedArgument | undefined)[],
  body: (part: (name: UrlGroup) => string, ...others: readonly string[]) => string,
): EmittedSql {
  if (text === undefined) throw new Error('A URL function needs a text');
  const names = urlGroups.map((name) => quoteLiteral(name));
  const read = `regexp_extract(${text.value}, ${quoteLiteral(urlPattern)}, [${names.join(', ')}])`;
  const given = others.filter((other) => other !== undefined);
  const found = bindOnce([read, ...valuesOf(given)], (parts, ...values) => {
    return `CASE WHEN ${parts}.scheme <> '' THEN ${body((name) => `${parts}.${name}`, ...values)} END`;
  });
  return madeOf([text, ...given], found);
}

function emitPort(part: (name: UrlGroup) => string): string {
  const cases = Object.entries(defaultPorts).map(
    ([scheme, port]) => `WHEN ${quoteLiteral(scheme)} THEN ${port}`,
  );
  const usual = `CASE lower(${part('scheme')}) ${cases.join(' ')} END`;
  const written = `TRY_CAST(${part('port')} AS INTEGER)`;
  return `CASE WHEN ${part('port')} = '' THEN ${usual} WHEN ${written} <= 65535 THEN ${written} END`;
}

function pathOf(part: (name: UrlGroup) => string): string {
  return `(${part('hostPath')} || ${part('localPath')} || ${part('opaquePath')})`;
}

function emitQuery(part: (name: UrlGroup) => string, mode: string): string {
  const written = `list_filter(string_split(${part('query')}, '&'), lambda pair: pair <> '' AND left(pair, 1) <> '=')`;
  return bindOnce([written, part('fragment')], (pairs, anchor) => {
    switch (mode) {
      case 'append':
        return mapOfQuery(
          `(${pairs} || CASE WHEN ${anchor} <> '' THEN ['_anchor_=' || ${anchor}] ELSE [] END)`,
        );
      case 'retain': {
        const glued = `${pairs}[:-2] || [${pairs}[-1] || '#' || ${anchor}]`;
        return mapOfQuery(`CASE WHEN ${anchor} <> '' AND len(${pairs}) > 0 THEN ${glued} ELSE ${pairs} END`);
      }
      default:
        return mapOfQuery(pairs);
    }
  });
}

/** A map of the texts of a query, such as `name=value`; a text that comes later stands for all before it of the same name. */
function mapOfQuery(list: string): string {
  const key = (pair: string) => `regexp_extract(${pair}, '^[^=]*')`;
  const value = (pair: string) => `substring(${pair}, length(${key(pair)}) + 2)`;
  return bindOnce([list], (pairs) => {
    const laterKeys = `list_transform(${pairs}[place + 1:], lambda later: ${key('later')})`;
    const last = `list_filter(${pairs}, lambda pair, place: NOT list_contains(${laterKeys}, ${key('pair')}))`;
    const entries = `list_transform(${last}, lambda pair: {'key': ${key('pair')}, 'value': ${value('pair')}})`;
    return `map_from_entries(${entries})`;
  });
}
