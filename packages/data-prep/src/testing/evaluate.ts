import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { SourceColumn, SourceType, XdmNode, XdmScalarType } from '@tributary/xdm';
import type { Placeholders } from '../bind-scope.ts';
import { emitExpression, emitTarget } from '../emit.ts';
import type { EmittedSql, PlanExpression } from '../plan.ts';
import { emitConversion } from '../sql/conversion.ts';
import { nullWhereFailed, total } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { type Goal, heldAs, sqlTypeOf } from '../sql/types.ts';
import { type ExpressionPlanResult, planExpression } from '../validate.ts';
import { registerScalarFunctions } from './scalar-functions.ts';
import { typeOfValue } from './type-of-value.ts';

export const NOW = new Date('2026-11-24T05:06:07.089Z');

/** A source row of a test, as JSON has it: a column's type follows from its value, unless it is told. */
export type Row = Readonly<Record<string, unknown>>;

export interface Outcome {
  /** As JSON has it; dates as ISO text. */
  readonly value: unknown;
  readonly fails: boolean;
}

export interface Evaluation {
  readonly text: string;
  readonly row?: Row;
  readonly types?: Readonly<Record<string, SourceType>>;
  /** What the value is brought to: a scalar type of XDM, or a whole node. */
  readonly target?: XdmScalarType | XdmNode;
  readonly placeholders?: Placeholders;
}

/** Evaluates expressions for real, in a DuckDB of its own. */
export class Evaluator {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async start(): Promise<Evaluator> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    registerScalarFunctions(connection);
    return new Evaluator(connection);
  }

  stop(): void {
    this.#connection.closeSync();
  }

  plan({ text, row = {}, types = {}, placeholders = {} }: Evaluation): ExpressionPlanResult {
    return planExpression(text, columnsOf(row, types), { placeholders });
  }

  async evaluate(evaluation: Evaluation): Promise<Outcome> {
    const { row = {}, types = {}, target } = evaluation;
    const columns = columnsOf(row, types);
    const planned = this.plan(evaluation);
    if (!planned.ok) throw new Error(planned.errors.map(({ message }) => message).join('\n'));
    return this.evaluatePlan(planned.expression, row, columns, target);
  }

  async evaluatePlan(
    expression: PlanExpression,
    row: Row,
    columns: readonly SourceColumn[],
    target: XdmScalarType | XdmNode | undefined,
  ): Promise<Outcome> {
    const names = new Map(columns.map(({ name }, index) => [name, `c${index}`]));
    const context = { column: (name: string) => names.get(name) ?? 'NULL', now: NOW };
    const emitted =
      target === undefined
        ? emitExpression(expression, context)
        : emitTarget(
            {
              path: [],
              target: typeof target === 'string' ? scalar(target) : target,
              expression,
              source: '',
            },
            context,
          );
    return this.run(emitted, rowSql(row, columns));
  }

  /** Brings a value of a source column to another type, unreadable values being failures. */
  async convert(value: unknown, type: SourceType, goal: Goal): Promise<Outcome> {
    const converted = emitConversion(total('c0'), type, goal);
    return this.run(nullWhereFailed(converted), rowSql({ v: value }, [{ name: 'v', type }]));
  }

  /** Keeps rows in a table, for statements of the test's own. Its columns are called `c0`, `c1`, … */
  async createTable(name: string, rows: readonly Row[], columns: readonly SourceColumn[]): Promise<void> {
    const selects = rows.map((row) => `SELECT * FROM ${rowSql(row, columns)}`);
    await this.#connection.run(`CREATE TABLE ${name} AS ${selects.join(' UNION ALL ')}`);
  }

  /** The one value that a statement answers with. */
  async read(sql: string): Promise<unknown> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowsJson()[0]?.[0];
  }

  async run({ value, fails }: EmittedSql, relation = '(SELECT 1)'): Promise<Outcome> {
    const sql = `SELECT CAST(to_json(value) AS VARCHAR), fails FROM (SELECT ${value} AS value, ${fails ?? 'FALSE'} AS fails FROM ${relation})`;
    const reader = await this.#connection.runAndReadAll(sql);
    const [json, failed] = reader.getRowsJson()[0] ?? [];
    if (typeof failed !== 'boolean') throw new Error(`"fails" is ${String(failed)} for ${value}`);
    return { value: typeof json === 'string' ? JSON.parse(json, isoDateTime) : null, fails: failed };
  }
}

function scalar(xdmType: XdmScalarType): XdmNode {
  return { kind: 'scalar', xdmType, constraints: {} };
}

export function columnsOf(
  row: Row,
  types: Readonly<Record<string, SourceType>> = {},
): readonly SourceColumn[] {
  return Object.entries(row).map(([name, value]) => ({ name, type: types[name] ?? typeOfValue(value) }));
}

/** SQL of a relation with one row, whose columns are called by their position. */
function rowSql(row: Row, columns: readonly SourceColumn[]): string {
  const values = columns.map(({ name, type }, index) => `${valueSql(row[name], type)} AS c${index}`);
  return `(SELECT ${['1', ...values].join(', ')})`;
}

function valueSql(value: unknown, type: SourceType): string {
  if (value === null || value === undefined) return `CAST(NULL AS ${sqlTypeOf(type)})`;
  if (type !== 'json' && typeof type === 'string')
    return `CAST(${quoteLiteral(String(value))} AS ${sqlTypeOf(type)})`;
  const json = `CAST(${quoteLiteral(JSON.stringify(value))} AS JSON)`;
  return type === 'json' ? json : `from_json(${json}, ${quoteLiteral(JSON.stringify(structureOf(type)))})`;
}

/** A type in the form that DuckDB's `from_json` takes. */
function structureOf(type: SourceType): unknown {
  if (typeof type === 'string' || type.kind === 'map') return sqlTypeOf(type);
  if (type.kind === 'array') return [structureOf(type.items)];
  if (heldAs(type) === 'json') return 'JSON';
  return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
}

/** DuckDB writes a date-time as `2020-01-31 10:00:00+00`. */
function isoDateTime(_key: string, value: unknown): unknown {
  const isDateTime =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?\+00$/.test(value);
  return isDateTime ? new Date(value.replace(' ', 'T').replace('+00', 'Z')).toISOString() : value;
}
