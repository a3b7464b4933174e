import { syntaxOf } from './check-calls.ts';
import type { FunctionEntry, ParameterType } from './functions/entry.ts';
import { operatorTable, wordsOf } from './functions/operators.ts';
import { functionTable } from './functions/table.ts';

/** One function as `GET /languages/el/functions` returns it. Types go by their Java names there. */
export interface FunctionRecord {
  readonly category: string;
  readonly function: string;
  readonly description: string;
  readonly syntax: string;
  readonly returns: string;
  readonly returnType: string;
  readonly example: string;
  readonly result: string;
  readonly params: readonly ParameterRecord[];
  readonly since: number;
}

export interface ParameterRecord {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  /** The type in the JVM's notation, such as `Ljava.lang.String;`. */
  readonly dataType: string;
  readonly position: number;
}

/** One operator as `GET /languages/el/operators` returns it. */
export interface OperatorRecord {
  readonly operatorSymbol: string;
  readonly methodName: string;
  readonly numberOfOperands: number;
  readonly description: string;
  readonly example: string;
}

const javaTypes: Readonly<Record<ParameterType, string>> = {
  string: 'java.lang.String',
  integer: 'java.lang.Long',
  number: 'java.lang.Double',
  boolean: 'java.lang.Boolean',
  'date-time': 'java.time.ZonedDateTime',
  comparable: 'java.lang.Comparable',
  array: 'java.lang.Object[]',
  object: 'java.lang.Object',
  map: 'java.util.Map',
  lambda: 'java.util.function.Function',
  any: 'java.lang.Object',
};

/** Every function, aliases too, in the documented form. */
export function listFunctions(): readonly FunctionRecord[] {
  return functionTable.flatMap((entry) =>
    [entry.name, ...entry.aliases].map((name) => functionRecord(entry, name)),
  );
}

/** Every operator under each of its spellings, in the documented form. */
export function listOperators(): readonly OperatorRecord[] {
  return operatorTable.flatMap(({ symbol, methodName, numberOfOperands, description, example }) => {
    const words = symbol === '+' || symbol === '-' ? [] : wordsOf(symbol);
    return [symbol, ...words].map((operatorSymbol) => ({
      operatorSymbol,
      methodName,
      numberOfOperands,
      description,
      example,
    }));
  });
}

function functionRecord(entry: FunctionEntry, name: string): FunctionRecord {
  const returnType = javaTypes[entry.returnType];
  return {
    category: entry.category,
    function: name,
    description: `${entry.description} ${entry.nulls}`,
    syntax: `${simpleName(returnType)} ${syntaxOf({ ...entry, name })}`,
    returns: entry.description,
    returnType,
    example: entry.example.expression,
    result: entry.example.result,
    params: entry.parameters.map(({ name: parameter, description, type, repeated }, index) => {
      const javaType = repeated === true ? `${javaTypes[type]}[]` : javaTypes[type];
      return {
        name: parameter,
        description,
        type: javaType,
        dataType: jvmNotation(javaType),
        position: index + 1,
      };
    }),
    since: 1,
  };
}

function simpleName(javaType: string): string {
  return javaType.slice(javaType.lastIndexOf('.') + 1);
}

function jvmNotation(javaType: string): string {
  const element = javaType.replaceAll('[]', '');
  return `${'['.repeat((javaType.length - element.length) / 2)}L${element};`;
}
