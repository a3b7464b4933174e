import type { MappingPlan, PlanExpression, PlannedTarget } from '@tributary/data-prep';
import { columnsRead, emitTarget, quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn, XdmNode } from '@tributary/xdm';
import { EngineError } from './engine-error.ts';
import { sqlType } from './parquet-fields.ts';
import { constraintChecks, FAILED_MAPPING, INVALID_VALUE, type RowCheck } from './row-checks.ts';
import { parseSourceText } from './source-types.ts';
import { rawName } from './staged-rows.ts';
import {
  failureName,
  requiredChecks,
  type TargetTree,
  targetExpression,
  targetTrees,
  valueName,
} from './target-rows.ts';
import type { TargetField } from './transform.ts';

/** What a mapping set makes of rows, whether they are staged files, a preview or a test. */
export interface Mapping {
  readonly columns: readonly SourceColumn[];
  readonly plan: MappingPlan;
  readonly target: XdmNode;
  readonly fields: readonly TargetField[];
  readonly now: Date;
}

/** A mapping as SQL, for any relation that has the raw text of the source columns as `r0`, `r1`, … */
export interface CompiledMapping {
  /** The written columns, in the order of `targetColumns`. */
  readonly trees: readonly TargetTree[];
  /** The raw relation's columns and beside them parsed source values, target values and failures. */
  evaluate(rawRelation: string): string;
  /** Select list of the target row, over an evaluated relation. */
  readonly targetColumns: string;
  /** Boolean over an evaluated relation, never null: the row does not land. */
  readonly fails: string;
  /** Over an evaluated relation: list of the row's errors, empty for a good row. */
  readonly errors: string;
}

/** DuckDB's type of one entry of {@link CompiledMapping.errors}. */
export const ERROR_TYPE = 'STRUCT("code" VARCHAR, "message" VARCHAR, "column" VARCHAR, "value" VARCHAR)';

export function compileMapping({ columns, plan, target, fields, now }: Mapping): CompiledMapping {
  if (target.kind !== 'object') {
    throw new EngineError('invalid', 'The root of the target schema is no object.');
  }
  if (plan.targets.length === 0) throw new EngineError('invalid', 'The mapping set maps nothing.');
  const sources = readSources(columns, plan);
  const trees = targetTrees(plan.targets, fields);
  const types = new Map(trees.flatMap(valueTypes));
  const context = { column: (name: string) => sourceValue(sources, name), now };
  const emitted = plan.targets.map((planned) => emitTarget(planned, context));
  const parsed = sources.filter(isParsed);
  const parsedColumns = parsed.map(({ type, raw, value }) => `${parseSourceText(type, raw)} AS ${value}`);
  const valueColumns = emitted.flatMap(({ value, fails }, index) => [
    `CAST(${value} AS ${types.get(index)}) AS ${valueName(index)}`,
    `${fails ?? 'false'} AS ${failureName(index)}`,
  ]);
  const readBy = plan.targets.map(({ expression }) => sourcesOf(expression, sources));
  const failed = (target: number) =>
    [failureName(target), ...(readBy[target] ?? []).filter(isParsed).map(isUnreadable)].join(' OR ');
  const checks = [
    ...parsed.map(parseCheck),
    ...plan.targets.flatMap((planned, index) =>
      emitted[index]?.fails === undefined ? [] : [mappingCheck(planned, index, readBy[index] ?? [])],
    ),
    ...plan.targets.flatMap((planned, index) =>
      constraintChecks(planned.target, planned.path, valueName(index)),
    ),
    ...requiredChecks(target, trees, failed),
  ];
  return {
    trees,
    evaluate: (rawRelation) =>
      `SELECT *, ${valueColumns.join(', ')} FROM (SELECT ${['*', ...parsedColumns].join(', ')} FROM (${rawRelation}))`,
    targetColumns: trees
      .map((tree) => `${targetExpression(tree)} AS ${quoteIdentifier(tree.field.name)}`)
      .join(', '),
    fails: checks.length === 0 ? 'false' : checks.map(({ fails }) => fails).join(' OR '),
    errors: `list_filter(CAST([${checks.map(errorEntry).join(', ')}] AS ${ERROR_TYPE}[]), lambda e: e IS NOT NULL)`,
  };
}

/** A source column that the plan reads. */
interface ReadSource {
  readonly name: string;
  readonly type: SourceColumn['type'];
  /** The column's text in the relation. */
  readonly raw: string;
  /** The column's value in the relation. */
  readonly value: string;
}

function readSources(columns: readonly SourceColumn[], plan: MappingPlan): readonly ReadSource[] {
  return plan.sourceColumns.map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    if (column === undefined) {
      throw new EngineError(
        'invalid',
        `The mapping set reads ${JSON.stringify(name)}, which the source has not.`,
      );
    }
    const raw = rawName(index);
    return { name, type: column.type, raw, value: column.type === 'string' ? raw : `p${index}` };
  });
}

function sourceValue(sources: readonly ReadSource[], name: string): string {
  const source = sources.find((candidate) => candidate.name === name);
  if (source === undefined) {
    throw new EngineError(
      'invalid',
      `The plan's expressions read ${JSON.stringify(name)}, which it does not list.`,
    );
  }
  return source.value;
}

function valueTypes(tree: TargetTree): readonly (readonly [target: number, sqlType: string])[] {
  return tree.kind === 'value'
    ? [[tree.target, sqlType(tree.field.type)]]
    : tree.children.flatMap(valueTypes);
}

function isParsed({ type }: ReadSource): boolean {
  return type !== 'string';
}

/** SQL: there is a text, but it stands for no value of its type. */
function isUnreadable({ raw, value }: ReadSource): string {
  return `(${raw} IS NOT NULL AND ${value} IS NULL)`;
}

function parseCheck(source: ReadSource): RowCheck {
  return {
    code: INVALID_VALUE,
    message: `The source value can't be read as ${source.type}.`,
    column: source.name,
    fails: isUnreadable(source),
    value: source.raw,
  };
}

function mappingCheck(planned: PlannedTarget, index: number, read: readonly ReadSource[]): RowCheck {
  return {
    code: FAILED_MAPPING,
    message: `The mapping ${planned.source} failed.`,
    column: planned.path.join('.'),
    fails: failureName(index),
    value: readText(read),
  };
}

/** The text of the one column that a mapping reads, or all of them as JSON. */
function readText(read: readonly ReadSource[]): string {
  const [only] = read;
  if (only === undefined) return 'NULL';
  if (read.length === 1) return only.raw;
  return `CAST(json_object(${read.map(({ name, raw }) => `${quoteLiteral(name)}, ${raw}`).join(', ')}) AS VARCHAR)`;
}

function sourcesOf(expression: PlanExpression, sources: readonly ReadSource[]): readonly ReadSource[] {
  const names = columnsRead(expression);
  return sources.filter(({ name }) => names.has(name));
}

function errorEntry({ code, message, column, fails, value }: RowCheck): string {
  const entry =
    `{'code': ${quoteLiteral(code)}, 'message': ${quoteLiteral(message)}, ` +
    `'column': ${quoteLiteral(column)}, 'value': ${value}}`;
  return `CASE WHEN ${fails} THEN ${entry} END`;
}
