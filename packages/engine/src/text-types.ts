import { quoteLiteral } from '@tributary/data-prep';
import type { ColumnType, SourceColumn } from '@tributary/xdm';
import type { Database } from './database.ts';
import type { FileLayout } from './file-layout.ts';
import { rawName } from './relation-parts.ts';
import { parseSourceText } from './source-types.ts';
import { stagedRelations } from './staged-rows.ts';

/** A type that texts may have. */
interface TextType {
  readonly type: ColumnType;
  /**
   * Regular expression for the texts that it is found by, where not all that can be read as the type tell of it: `007`
   * and `+49` are numbers only to those who know that they are.
   */
  readonly shape?: string;
}

const DATES: readonly TextType[] = [{ type: 'date' }, { type: 'date-time' }, { type: 'time' }];

/** In the order in which they are tried. Whole numbers may be large: the rows that are not looked at may hold such. */
export const TEXT_TYPES_OF_DELIMITED: readonly TextType[] = [
  { type: 'boolean', shape: '(?i)true|false' },
  { type: 'long', shape: '-?(0|[1-9][0-9]{0,17})' },
  { type: 'number', shape: '-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?' },
  ...DATES,
];

/** A text in JSON is no number and no boolean: it would have been written as one. */
export const TEXT_TYPES_OF_JSON: readonly TextType[] = DATES;

/** The columns with the first type that all of their texts have; those that are empty everywhere stay texts. */
export async function textTypes(
  database: Database,
  layout: FileLayout,
  columns: readonly SourceColumn[],
  types: readonly TextType[],
): Promise<readonly SourceColumn[]> {
  if (columns.length === 0) return [];
  const relation = stagedRelations([layout], columns, 'compare').join();
  const tests = columns.flatMap((_, index) => types.map((type) => isAlways(type, rawName(index))));
  const [found = []] = (await database.read(`SELECT ${tests.join(', ')} FROM (${relation})`)).getRows();
  return columns.map((column, index) => {
    const ofColumn = found.slice(index * types.length, (index + 1) * types.length);
    const type = types[ofColumn.indexOf(true)]?.type;
    return type === undefined ? column : { ...column, type };
  });
}

/** Null where no row has a text. */
function isAlways({ type, shape }: TextType, text: string): string {
  const isShaped = shape === undefined ? '' : `regexp_full_match(${text}, ${quoteLiteral(shape)}) AND `;
  return `bool_and(${isShaped}${parseSourceText(type, text)} IS NOT NULL) FILTER (${text} <> '')`;
}
