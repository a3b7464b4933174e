import { BIGINT, BOOLEAN, type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import { evaluateChunk } from '../vectorised/scalar-function.ts';
import { scalarFunctions } from '../vectorised/scalar-functions.ts';

const types = { VARCHAR, BIGINT, BOOLEAN } as const;

/** Registers the scalar functions that emitted SQL calls, as the engine does, which this room must not know. */
export function registerScalarFunctions(connection: DuckDBConnection): void {
  for (const scalar of scalarFunctions) {
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
