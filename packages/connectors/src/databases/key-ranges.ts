import { type DatabaseSession, type Dialect, quoteText, type RangeColumn } from './dialect.ts';

/** Conditions that are true together of the rows of one range. */
export type KeyRange = readonly string[];

/** A run keeps a row for each partition, and a bound costs a look at the table. */
const MAX_RANGES = 200;

/**
 * Ranges of a key that hold all its values, each once: the first has no lower bound and the last no upper one, so that a
 * row that is inserted meanwhile lies in one of them.
 */
export async function rangesOf(
  session: DatabaseSession,
  dialect: Dialect,
  from: string,
  { name, kind }: RangeColumn,
  estimatedRows: number,
  rowsPerRange: number,
): Promise<readonly KeyRange[]> {
  const key = dialect.quoteName(name);
  const ranges = Math.min(MAX_RANGES, Math.ceil(estimatedRows / rowsPerRange));
  const bounds =
    kind === 'integer'
      ? (await integerBounds(session, key, from, ranges)).map(String)
      : (await walkedBounds(session, key, from, Math.ceil(estimatedRows / ranges))).map(quoteText);
  return conditionsOf(key, bounds);
}

/** One condition for each stretch between bounds, which ascend; a bound belongs to the range that it begins. */
export function conditionsOf(key: string, bounds: readonly string[]): readonly KeyRange[] {
  return [undefined, ...bounds].map((lower, index) => {
    const upper = bounds[index];
    return [
      ...(lower === undefined ? [] : [`${key} >= ${lower}`]),
      ...(upper === undefined ? [] : [`${key} < ${upper}`]),
    ];
  });
}

/** Bounds that lie evenly between two whole numbers, both of which a range holds; none of them twice. */
export function evenBounds(least: bigint, greatest: bigint, ranges: number): readonly bigint[] {
  const width = greatest - least + 1n;
  const bounds = Array.from(
    { length: ranges - 1 },
    (_, index) => least + (width * BigInt(index + 1)) / BigInt(ranges),
  );
  return [...new Set(bounds)].filter((bound) => bound > least);
}

/** An index tells the ends of a key at once. Where numbers lie unevenly, ranges are of uneven size, and that is all. */
async function integerBounds(
  session: DatabaseSession,
  key: string,
  from: string,
  ranges: number,
): Promise<readonly bigint[]> {
  const [ends] = await session.rows(`SELECT min(${key}) AS least, max(${key}) AS greatest ${from}`);
  const { least, greatest } = ends ?? {};
  if (typeof least !== 'string' || typeof greatest !== 'string') return [];
  return evenBounds(BigInt(least), BigInt(greatest), ranges);
}

/** Of texts nothing is known but their order: the server walks along the index, and only the bounds are sent. */
async function walkedBounds(
  session: DatabaseSession,
  key: string,
  from: string,
  step: number,
): Promise<readonly string[]> {
  const bounds: string[] = [];
  while (bounds.length < MAX_RANGES) {
    const last = bounds.at(-1);
    const beyond = last === undefined ? '' : ` WHERE ${key} > ${quoteText(last)}`;
    const [row] = await session.rows(
      `SELECT ${key} AS bound ${from}${beyond} ORDER BY ${key} LIMIT 1 OFFSET ${step}`,
    );
    if (typeof row?.bound !== 'string') break;
    bounds.push(row.bound);
  }
  return bounds;
}
