import type { EmittedSql, MappingPlan, PlanExpression, PlannedTarget } from '@tributary/data-prep';
import { columnsRead, emitTarget, quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import type { SourceColumn, XdmNode } from '@tributary/xdm';
import { withoutAbsent } from './absent-values.ts';
import { EngineError } from './engine-error.ts';
import { commonNode } from './filled-type.ts';
import { identityChecks } from './identity-checks.ts';
import { keyChecks, keyTargets } from './key-checks.ts';
import { heldSqlType, sqlType } from './parquet-fields.ts';
import {
  ERROR_TYPE,
  errorEntry,
  FAILED_MAPPING,
  INVALID_VALUE,
  MISSING_REQUIRED,
  type RowCheck,
} from './row-checks.ts';
import { sourceFaults } from './source-faults.ts';
import { isStagedAsJson, parseSourceColumn } from './source-types.ts';
import { rawJson, rawName } from './staged-rows.ts';
import { type CheckedColumn, schemaChecks } from './target-checks.ts';
import { type TargetTree, targetTrees, wholeTypes } from './target-content.ts';
import { formatTargetPath } from './target-path.ts';
import { failureName, targetExpression, valueName } from './target-rows.ts';
import type { IdentityField, TargetField, TargetFieldType } from './transform.ts';

/** What a mapping set makes of rows, whether they are staged files, a preview or a test. */
export interface Mapping {
  readonly columns: readonly SourceColumn[];
  readonly plan: MappingPlan;
  readonly target: XdmNode;
  readonly fields: readonly TargetField[];
  /** Target fields that identify a row's subject; left out where the schema names none. */
  readonly identities?: readonly IdentityField[];
  /** Paths of the scalar fields that rows are told apart by: a row that lacks one fails. */
  readonly key?: readonly (readonly string[])[];
  readonly now: Date;
}

/** A mapping as SQL, for any relation that has the raw text of the source columns as `r0`, `r1`, … */
export interface CompiledMapping {
  /** The written columns, in the order of `targetColumns`. */
  readonly fields: readonly TargetField[];
  /** The raw relation's columns and beside them parsed source values, target values, failures and the target row. */
  evaluate(rawRelation: string): string;
  /** Select list of a target row that lands, over an evaluated relation. */
  readonly targetColumns: string;
  /** The same of any target row: its values as they were checked, whether or not their columns can hold them. */
  readonly shownColumns: string;
  /** Over an evaluated relation: the values for the written columns, by field id, as they were checked. */
  readonly values: ReadonlyMap<number, string>;
  /** Over an evaluated relation: the values of the key. */
  readonly keyValues: readonly string[];
  /** Boolean over an evaluated relation, never null: the row does not land. */
  readonly fails: string;
  /** Over an evaluated relation: list of the row's errors, empty for a good row. */
  readonly errors: string;
}

export function compileMapping(mapping: Mapping): CompiledMapping {
  const { columns, plan, target, fields, identities = [], key = [], now } = mapping;
  if (target.kind !== 'object') {
    throw new EngineError('invalid', 'The root of the target schema is no object.');
  }
  if (plan.targets.length === 0) throw new EngineError('invalid', 'The mapping set maps nothing.');
  const sources = readSources(columns, plan);
  const trees = targetTrees(plan.targets, fields);
  const values = targetValues(plan, trees, sources, now);
  const failed = (index: number) => {
    const { failure, read } = values[index] ?? { failure: undefined, read: [] };
    const reasons = [...(failure === undefined ? [] : [failureName(index)]), ...read.flatMap(isUnreadable)];
    return reasons.length === 0 ? 'false' : reasons.join(' OR ');
  };
  const targetColumns = trees.map((tree, index): CheckedColumn => {
    const { content } = tree;
    return { ...tree, value: content.kind === 'value' ? valueName(content.whole) : `t${index}` };
  });
  const identified = identityChecks(identities, targetColumns, failed);
  const keyedBy = keyTargets(plan, key);
  const unidentified = keyChecks(plan, keyedBy, failed).filter(
    (check) => !identified.some(({ code, column }) => code === check.code && column === check.column),
  );
  const told = new Set([...identified, ...unidentified].map(({ column }) => column));
  const checks = [
    ...sources.flatMap(parseChecks),
    ...values.flatMap((value, index) => mappingChecks(value, index)),
    ...identified,
    ...unidentified,
    // An identity or key that is missing needs no second error because it is required, too.
    ...schemaChecks(target, targetColumns, failed).filter(
      ({ code, column }) => code !== MISSING_REQUIRED || !told.has(column),
    ),
  ];
  const faults = sources.flatMap(({ faults: column }) => column ?? []);
  const conditions = [...checks.map(({ fails }) => fails), ...faults.map(hasFaults)];
  return {
    fields: trees.map(({ field }) => field),
    evaluate: (rawRelation) =>
      evaluated(rawRelation, [
        sources.flatMap(parsedColumns),
        values.flatMap((value, index) => [
          `${value.value} AS ${valueName(index)}`,
          ...failureColumns(value, index, 'beside'),
        ]),
        [
          ...trees.flatMap(({ content }, index) =>
            content.kind === 'value' ? [] : [`${targetExpression(content, iteratedOf(plan))} AS t${index}`],
          ),
          ...values.flatMap((value, index) => failureColumns(value, index, 'above')),
        ],
      ]),
    targetColumns: targetColumns.map(writtenColumn).join(', '),
    shownColumns: targetColumns.map(({ value }) => value).join(', '),
    values: new Map(targetColumns.map(({ field, value }) => [field.id, value])),
    keyValues: keyedBy.map(valueName),
    fails: conditions.length === 0 ? 'false' : conditions.join(' OR '),
    errors: [
      `list_filter(CAST([${checks.map(errorOf).join(', ')}] AS ${ERROR_TYPE}[]), lambda e: e IS NOT NULL)`,
      ...faults.map(firstByColumn),
    ].join(' || '),
  };
}

function writtenColumn({ field, value }: CheckedColumn): string {
  const type = sqlType(field.type);
  const written = type === heldSqlType(field.type) ? value : `CAST(${value} AS ${type})`;
  return `${written} AS ${quoteIdentifier(field.name)}`;
}

/** Each layer of columns sees those below it by name, so that nothing is computed twice. */
function evaluated(relation: string, layers: readonly (readonly string[])[]): string {
  return layers
    .filter((layer) => layer.length > 0)
    .reduce((below, layer) => `SELECT *, ${layer.join(', ')} FROM (${below})`, relation);
}

/** A source column that the plan reads. */
interface ReadSource {
  readonly column: SourceColumn;
  /** The column's text in the relation. */
  readonly raw: string;
  /** The column's value in the relation. */
  readonly value: string;
  /** The list of what can't be read in it, for columns of nested types. */
  readonly faults: string | undefined;
}

function readSources(columns: readonly SourceColumn[], plan: MappingPlan): readonly ReadSource[] {
  return plan.sourceColumns.map((name) => {
    const index = columns.findIndex((candidate) => candidate.name === name);
    const column = columns[index];
    if (column === undefined) {
      throw new EngineError(
        'invalid',
        `The mapping set reads ${JSON.stringify(name)}, which the source has not.`,
      );
    }
    const raw = rawName(index);
    return {
      column,
      raw,
      value: column.type === 'string' ? raw : `p${index}`,
      faults: isStagedAsJson(column) ? `q${index}` : undefined,
    };
  });
}

function parsedColumns({ column, raw, value, faults }: ReadSource): readonly string[] {
  if (column.type === 'string') return [];
  const parsed = `${parseSourceColumn(column, raw)} AS ${value}`;
  return faults === undefined ? [parsed] : [parsed, `${sourceFaults(column, raw)} AS ${faults}`];
}

/** What a planned target makes of a row, as SQL over the parsed sources. */
interface TargetValue {
  readonly planned: PlannedTarget;
  readonly read: readonly ReadSource[];
  readonly value: string;
  /** Undefined where the expression can't fail. */
  readonly failure: Failure | undefined;
}

/** SQL, never null: a target's value can't be made. */
interface Failure {
  readonly sql: string;
  /** Whether it stands beside the value, or in the layer above, where it reads the value by its name. */
  readonly layer: 'beside' | 'above';
}

function targetValues(
  plan: MappingPlan,
  trees: readonly TargetTree[],
  sources: readonly ReadSource[],
  now: Date,
): readonly TargetValue[] {
  const types = new Map(trees.flatMap(({ content }) => wholeTypes(content)));
  const context = { column: (name: string) => sourceValue(sources, name), now };
  return plan.targets.map((planned, index) => {
    const filled = types.get(index);
    if (filled === undefined) throw new Error(`The target ${index} fills nothing`);
    const type = inLists(filled, planned.iterates ?? 0);
    const emitted = emitTarget({ ...planned, target: commonNode(planned.target, type) }, context);
    return {
      planned,
      read: sourcesOf(planned.expression, sources),
      value: withoutAbsent(type, `CAST(${emitted.value} AS ${heldSqlType(type)})`),
      failure: failureOf(emitted, type, valueName(index)),
    };
  });
}

/** Of a value that is null just where it failed, or was not given, the value tells. What is nested may be null as absent. */
function failureOf({ fails, given }: EmittedSql, type: TargetFieldType, name: string): Failure | undefined {
  if (fails === undefined) return undefined;
  if (given === undefined || type.kind !== 'scalar') return { sql: fails, layer: 'beside' };
  return { sql: `(${given} AND ${name} IS NULL)`, layer: 'above' };
}

function failureColumns({ failure }: TargetValue, index: number, layer: Failure['layer']): readonly string[] {
  return failure?.layer === layer ? [`${failure.sql} AS ${failureName(index)}`] : [];
}

/** The type of what a target makes that iterates over so many lists. The lists are never written as such. */
function inLists(type: TargetFieldType, levels: number): TargetFieldType {
  return levels === 0 ? type : { kind: 'list', elementId: 0, element: inLists(type, levels - 1) };
}

function iteratedOf(plan: MappingPlan): (target: number) => boolean {
  return (target) => (plan.targets[target]?.iterates ?? 0) > 0;
}

function sourceValue(sources: readonly ReadSource[], name: string): string {
  const source = sources.find(({ column }) => column.name === name);
  if (source === undefined) {
    throw new EngineError(
      'invalid',
      `The plan's expressions read ${JSON.stringify(name)}, which it does not list.`,
    );
  }
  return source.value;
}

/** SQL, never null: there is a text, but it stands for no value of its type. */
function isUnreadable({ column, raw, value, faults }: ReadSource): readonly string[] {
  if (faults !== undefined) return [hasFaults(faults)];
  return column.type === 'string' ? [] : [`(${raw} IS NOT NULL AND ${value} IS NULL)`];
}

function hasFaults(faults: string): string {
  return `len(${faults}) > 0`;
}

/** Of what is wrong in many elements alike, the first is told. */
function firstByColumn(faults: string): string {
  const columns = `list_transform(${faults}, lambda o: o."column")`;
  return `list_filter(${faults}, lambda e, n: list_position(${columns}, e."column") = n)`;
}

function parseChecks(source: ReadSource): readonly RowCheck[] {
  if (source.faults !== undefined) return [];
  return isUnreadable(source).map((fails) => ({
    code: INVALID_VALUE,
    message: `The source value can't be read as ${String(source.column.type)}.`,
    column: source.column.name,
    fails,
    value: source.raw,
  }));
}

function mappingChecks({ planned, read, failure }: TargetValue, index: number): readonly RowCheck[] {
  if (failure === undefined) return [];
  return [
    {
      code: FAILED_MAPPING,
      message: `The mapping ${planned.source} failed.`,
      column: formatTargetPath(planned.path),
      fails: failureName(index),
      value: readText(read),
    },
  ];
}

/** The text of the one column that a mapping reads, or all of them as JSON. */
function readText(read: readonly ReadSource[]): string {
  const [only] = read;
  if (only === undefined) return 'NULL';
  if (read.length === 1) return only.raw;
  const members = read.map(({ column, raw }) => `${quoteLiteral(column.name)}, ${rawJson(column, raw)}`);
  return `CAST(json_object(${members.join(', ')}) AS VARCHAR)`;
}

function sourcesOf(expression: PlanExpression, sources: readonly ReadSource[]): readonly ReadSource[] {
  const names = columnsRead(expression);
  return sources.filter(({ column }) => names.has(column.name));
}

function errorOf(check: RowCheck): string {
  return `CASE WHEN ${check.fails} THEN ${errorEntry(check)} END`;
}
