import { quoteIdentifier } from '@tributary/data-prep';
import { INVALID_VALUE, MISSING_REQUIRED, type RowCheck } from './row-checks.ts';
import { type CheckedColumn, unlessFailed } from './target-checks.ts';
import { targetsOf } from './target-content.ts';
import { formatTargetPath } from './target-path.ts';
import type { IdentityField, TargetFieldType } from './transform.ts';

/** Checks that each row has its primary identity, and that its identity map, where it has one, is sound. */
export function identityChecks(
  identities: readonly IdentityField[],
  columns: readonly CheckedColumn[],
  failed: (target: number) => string,
): readonly RowCheck[] {
  const primaries = identities.filter(({ isPrimary }) => isPrimary);
  return [
    ...primaries.map(({ path }) => primaryIdentityCheck(path, columns, failed)),
    ...columns.filter(({ field }) => field.name === IDENTITY_MAP).flatMap(identityMapChecks),
  ];
}

function primaryIdentityCheck(
  path: readonly string[],
  columns: readonly CheckedColumn[],
  failed: (target: number) => string,
): RowCheck {
  const column = columns.find(({ field }) => field.name === path[0]);
  const value = column && memberAt(column, path.slice(1));
  const isMissing = value === undefined ? 'true' : `coalesce(CAST(${value} AS VARCHAR), '') = ''`;
  return {
    code: MISSING_REQUIRED,
    message: 'The primary identity is missing or empty.',
    column: formatTargetPath(path),
    fails: unlessFailed(isMissing, column === undefined ? [] : targetsOf(column.content), failed),
    value: 'NULL',
  };
}

/** SQL for a member within a column's objects; undefined where nothing fills it. */
function memberAt({ field, value }: CheckedColumn, path: readonly string[]): string | undefined {
  let type: TargetFieldType = field.type;
  let sql = value;
  for (const name of path) {
    const member =
      type.kind === 'struct' ? type.fields.find((candidate) => candidate.name === name) : undefined;
    if (member === undefined) return undefined;
    type = member.type;
    sql = `${sql}.${quoteIdentifier(name)}`;
  }
  return sql;
}

/** The field of XDM's identity map: lists of identities by the code of their namespace (`context/identitymap`). */
const IDENTITY_MAP = 'identityMap';

function identityMapChecks({ field: { type }, value }: CheckedColumn): readonly RowCheck[] {
  if (type.kind !== 'map' || type.value.kind !== 'list' || type.value.element.kind !== 'struct') return [];
  const names = new Set(type.value.element.fields.map(({ name }) => name));
  const identities = `flatten(map_values(${value}))`;
  const having = (condition: string) => `list_filter(${identities}, lambda d: coalesce(${condition}, false))`;
  const withoutId = having(`d IS NOT NULL AND ${names.has('id') ? `coalesce(d."id", '') = ''` : 'true'}`);
  const primary = having('d."primary"');
  const missingId: RowCheck = {
    code: MISSING_REQUIRED,
    message: 'An identity has no id.',
    column: `${IDENTITY_MAP}.*[*].id`,
    fails: `coalesce(len(${withoutId}) > 0, false)`,
    value: `CAST(to_json((${withoutId})[1]) AS VARCHAR)`,
  };
  const secondPrimary: RowCheck = {
    code: INVALID_VALUE,
    message: 'More than one identity is primary.',
    column: `${IDENTITY_MAP}.*[*].primary`,
    fails: `coalesce(len(${primary}) > 1, false)`,
    value: `CAST(to_json(${primary}) AS VARCHAR)`,
  };
  return names.has('primary') ? [missingId, secondPrimary] : [missingId];
}
