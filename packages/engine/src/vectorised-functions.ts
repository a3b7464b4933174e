import { BIGINT, BOOLEAN, type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { evaluateChunk, scalarFunctions } from '@tributary/data-prep';
import { jsonDepth } from './json-depth.ts';

const types = { VARCHAR, BIGINT, BOOLEAN } as const;

/**
 * Makes the scalar functions of the mapping language and of the engine known to a database. Chunks of columns
 * pass through them; the functions themselves see nothing but their arguments, so that they are as safe in a
 * locked-down database as SQL.
 */
export function registerVectorisedFunctions(connection: DuckDBConnection): void {
  for (const scalar of [...scalarFunctions, jsonDepth]) {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: scalar.name,
        parameterTypes: scalar.parameters.map((type) => types[type]),
        returnType: types[scalar.returns],
        mainFunction: (_, chunk, output) => evaluateChunk(scalar, chunk, output),
      }),
    );
  }
}
