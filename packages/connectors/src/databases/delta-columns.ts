/** A column that holds points in time, and what the database tells of it. */
export interface TimeColumn {
  readonly name: string;
  readonly isIndexed: boolean;
  readonly isNullable: boolean;
  /** Whether a value names the same moment for everyone; otherwise it is in a zone that the column does not tell. */
  readonly isInstant: boolean;
  /** Whether the database itself sets it whenever a row changes (MySQL: ON UPDATE CURRENT_TIMESTAMP). */
  readonly movesByItself: boolean;
}

/** Names that people give to the column that moves with every change: updated_at, LastModified, date_changed, mtime. */
const CHANGE =
  /(?:^|_|\b)(?:last_?)?(?:updated?|modified|modification|changed?|edited|mtime|upd|mod)(?:_|$|\b)/;

/**
 * The columns that move whenever a row changes, best first: those that the database moves, then those that are never
 * null, indexed, and tell their zone. A column that merely holds a time, such as `created_at`, is none: a flow that took
 * it unasked would never see an update.
 */
export function deltaColumnsOf(columns: readonly TimeColumn[]): readonly string[] {
  return columns
    .filter(({ name, movesByItself }) => movesByItself || CHANGE.test(snakeCase(name)))
    .map((column, position) => ({ column, position }))
    .sort((one, other) => rankOf(one.column) - rankOf(other.column) || one.position - other.position)
    .map(({ column }) => column.name);
}

/** What is said of a table whose changes cannot be told, or not all. */
export function deltaNotices(columns: readonly TimeColumn[], zone: string): readonly string[] {
  const delta = deltaColumnsOf(columns);
  const best = columns.find(({ name }) => name === delta[0]);
  if (best === undefined && columns.length > 0)
    return [
      `No column is known to move with every change, so each run reads the whole table; where one of ${columns
        .map(({ name }) => name)
        .join(', ')} does, name it as the flow's delta column`,
    ];
  if (best === undefined) return [];
  return [
    ...(best.isNullable
      ? [
          `Rows whose ${best.name} is null are read by a flow's first run only, for nothing tells when they change`,
        ]
      : []),
    ...(best.isInstant || zone === 'UTC'
      ? []
      : [
          `${best.name} keeps no time zone and is read as ${zone}, the server's; where its values are in another, set timeZone in the base connection`,
        ]),
  ];
}

/** The lower, the better. */
function rankOf({ movesByItself, isNullable, isIndexed, isInstant }: TimeColumn): number {
  return (movesByItself ? 0 : 8) + (isNullable ? 4 : 0) + (isIndexed ? 0 : 2) + (isInstant ? 0 : 1);
}

function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
