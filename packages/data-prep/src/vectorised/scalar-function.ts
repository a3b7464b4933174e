/** The DuckDB types in which values cross from SQL to TypeScript and back. */
export type ScalarSqlType = 'VARCHAR' | 'BIGINT' | 'BOOLEAN';

interface ValueTypes {
  readonly VARCHAR: string;
  readonly BIGINT: bigint;
  readonly BOOLEAN: boolean;
}

export type ScalarValue = ValueTypes[ScalarSqlType];

type ValuesOf<Parameters extends readonly ScalarSqlType[]> = {
  readonly [Index in keyof Parameters]: ValueTypes[Parameters[Index]];
};

/**
 * A function of SQL that is written in TypeScript, for what DuckDB's SQL has no form for. It is called chunk by chunk;
 * where an argument is null, so is the result, without a call.
 */
export interface ScalarFunction {
  /** Unlike any function of DuckDB's own. */
  readonly name: string;
  readonly parameters: readonly ScalarSqlType[];
  readonly returns: ScalarSqlType;
  /** Depends on its arguments alone, never throws, and answers null where there is no result. */
  readonly call: (...values: readonly ScalarValue[]) => ScalarValue | null;
}

/** Describes a scalar function, with `call` held to the SQL types. */
export function scalarFunction<
  const Parameters extends readonly ScalarSqlType[],
  Returns extends ScalarSqlType,
>(description: {
  readonly name: string;
  readonly parameters: Parameters;
  readonly returns: Returns;
  readonly call: (...values: ValuesOf<Parameters>) => ValueTypes[Returns] | null;
}): ScalarFunction {
  return {
    ...description,
    // DuckDB calls with values of the declared types only.
    call: description.call as ScalarFunction['call'],
  };
}

/** SQL that calls a scalar function. */
export function callScalar({ name }: ScalarFunction, args: readonly string[]): string {
  return `${name}(${args.join(', ')})`;
}

/** A chunk of arguments, and a column of results, as DuckDB's are read and written. */
interface Chunk {
  readonly rowCount: number;
  getColumnVector(index: number): { getItem(row: number): unknown };
}
interface Results {
  setItem(row: number, value: ScalarValue | null): void;
  flush(): void;
}

/** Runs a scalar function over the rows of one chunk. */
export function evaluateChunk({ call, parameters }: ScalarFunction, chunk: Chunk, results: Results): void {
  const columns = parameters.map((_, index) => chunk.getColumnVector(index));
  const [only] = columns;
  for (let row = 0; row < chunk.rowCount; row++) {
    if (only !== undefined && columns.length === 1) {
      const value = only.getItem(row);
      results.setItem(row, isScalarValue(value) ? call(value) : null);
    } else {
      const values = columns.map((column) => column.getItem(row));
      results.setItem(row, values.every(isScalarValue) ? call(...values) : null);
    }
  }
  results.flush();
}

function isScalarValue(value: unknown): value is ScalarValue {
  return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean';
}
