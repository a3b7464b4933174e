import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ColumnType, SourceColumn, XdmNode, XdmScalarType } from '@tributary/xdm';
import { emitExpression, emitTarget } from '../emit.ts';
import type { EmittedSql, PlanExpression } from '../plan.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { sqlTypeOf } from '../sql/types.ts';
import { planExpression } from '../validate.ts';

export const NOW = new Date('2026-11-24T05:06:07.089Z');

/** A source row of a test: a column's type follows from its value, unless it is told. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface Outcome {
  /** As JSON has it; dates as ISO text. */
  readonly value: unknown;
  readonly fails: boolean;
}

export interface Evaluation {
  readonly text: string;
  readonly row?: Row;
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** XDM type that the value is brought to. */
  readonly target?: XdmScalarType;
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
    return new Evaluator(connection);
  }

  stop(): void {
    this.#connection.closeSync();
  }

  async evaluate({ text, row = {}, types = {}, target }: Evaluation): Promise<Outcome> {
    const columns = columnsOf(row, types);
    const planned = planExpression(text, columns);
    if (!planned.ok) throw new Error(planned.errors.map(({ message }) => message).join('\n'));
    return this.evaluatePlan(planned.expression, row, columns, target);
  }

  async evaluatePlan(
    expression: PlanExpression,
    row: Row,
    columns: readonly SourceColumn[],
    target: XdmScalarType | undefined,
  ): Promise<Outcome> {
    const context = { column: quoteIdentifier, now: NOW };
    const emitted =
      target === undefined
        ? emitExpression(expression, context)
        : emitTarget({ path: [], target: scalar(target), expression, source: '' }, context);
    return this.run(emitted, rowSql(row, columns));
  }

  async run({ value, fails }: EmittedSql, relation = '(SELECT 1)'): Promise<Outcome> {
    const asJson = `CASE WHEN typeof(value) = 'TIMESTAMP WITH TIME ZONE' THEN to_json(strftime(TRY_CAST(value AS TIMESTAMPTZ), '%Y-%m-%dT%H:%M:%S.%gZ')) ELSE to_json(value) END`;
    const sql = `SELECT CAST(${asJson} AS VARCHAR), fails FROM (SELECT ${value} AS value, ${fails ?? 'FALSE'} AS fails FROM ${relation})`;
    const reader = await this.#connection.runAndReadAll(sql);
    const [json, failed] = reader.getRowsJson()[0] ?? [];
    if (typeof failed !== 'boolean') throw new Error(`"fails" is ${String(failed)} for ${value}`);
    return { value: typeof json === 'string' ? JSON.parse(json) : null, fails: failed };
  }
}

export function scalar(xdmType: XdmScalarType): XdmNode {
  return { kind: 'scalar', xdmType, constraints: {} };
}

export function columnsOf(
  row: Row,
  types: Readonly<Record<string, ColumnType>> = {},
): readonly SourceColumn[] {
  return Object.entries(row).map(([name, value]) => ({ name, type: types[name] ?? typeOfValue(value) }));
}

function typeOfValue(value: Row[string]): ColumnType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'number') return 'string';
  return Number.isInteger(value) ? 'long' : 'number';
}

function rowSql(row: Row, columns: readonly SourceColumn[]): string {
  const values = columns.map(({ name, type }) => {
    const value = row[name];
    const literal = value === null || value === undefined ? 'NULL' : quoteLiteral(String(value));
    return `CAST(${literal} AS ${sqlTypeOf(type)}) AS ${quoteIdentifier(name)}`;
  });
  return `(SELECT ${['1', ...values].join(', ')})`;
}
