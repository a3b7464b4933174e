/** A table's place in a database. */
export interface TablePath {
  /** A schema; MySQL calls it a database. Undefined: the one that the connection begins in. */
  readonly schema: string | undefined;
  readonly table: string;
}

/** One name: in double quotes or backticks (`\x60`), these doubled within, or bare without any of them and dots. */
const NAME = '(?:"((?:[^"]|"")+)"|\x60((?:[^\x60]|\x60\x60)+)\x60|([^."\x60]+))';
const PATH = new RegExp(`^(?:${NAME}\\.)?${NAME}$`, 's');

/**
 * The path `schema.table` that explore lists. Names are taken letter by letter: `public.Order` is `Order`, never `order`.
 * Undefined for a text that is no path.
 */
export function parseTablePath(text: string): TablePath | undefined {
  const match = PATH.exec(text);
  if (match === null) return undefined;
  const [, ...names] = match;
  const table = nameOf(names.slice(3));
  return table === undefined ? undefined : { schema: nameOf(names.slice(0, 3)), table };
}

/** The path that {@link parseTablePath} takes back; names that need it are quoted. */
export function formatTablePath(schema: string, table: string): string {
  return `${formatName(schema)}.${formatName(table)}`;
}

function nameOf([quoted, ticked, bare]: readonly (string | undefined)[]): string | undefined {
  return quoted?.replaceAll('""', '"') ?? ticked?.replaceAll('``', '`') ?? bare;
}

function formatName(name: string): string {
  return /[."`]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
