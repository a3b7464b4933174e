import { refusedParams } from '../auth-params.ts';

/** What a connection string holds, by the one name that we give to each of its keys. */
export type ConnectionStringParts = ReadonlyMap<string, string>;

const PARAM = 'auth.params.connectionString';

/** One `key=value`: the value bare up to the next semicolon, or quoted with the quote doubled within, or in braces. */
const PART = /\s*([^=;]+?)\s*=\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|\{(?:[^}]|\}\})*\}|[^;]*?)\s*(?:;|$)/y;

/**
 * Takes a connection string apart, as ADO.NET and ODBC write them: `Server=db.example.com;Port=5432;UID=ada;Password="a;b"`.
 * Keys are compared without regard to case and spaces; `names` tells what each stands for.
 *
 * @throws SourceError `refused`. It repeats nothing of the string, for what looks like a key may be half a password.
 */
export function parseConnectionString(
  text: string,
  names: ReadonlyMap<string, string>,
): ConnectionStringParts {
  const parts = new Map<string, string>();
  PART.lastIndex = 0;
  for (let position = 1; PART.lastIndex < text.length; position++) {
    if (text.slice(PART.lastIndex).trim() === '') break;
    const [, key = '', value = ''] = PART.exec(text) ?? refuse(`part ${position} is no key=value`);
    const name =
      names.get(key.toLowerCase().replaceAll(/[\s_]/g, '')) ??
      refuse(
        `the key of part ${position} is none of those known; a value that holds a semicolon goes in double quotes`,
      );
    if (parts.has(name)) refuse(`${name} is given twice`);
    parts.set(name, unquoted(value));
  }
  return parts;
}

function unquoted(value: string): string {
  const quote = value[0];
  if (value.length < 2 || quote === undefined || !`"'{`.includes(quote)) return value;
  const closing = quote === '{' ? '}' : quote;
  return value.slice(1, -1).replaceAll(closing + closing, closing);
}

function refuse(what: string): never {
  throw refusedParams(`${PARAM}: ${what}`);
}
