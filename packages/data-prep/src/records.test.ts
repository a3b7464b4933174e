import { describe, expect, it } from 'vitest';
import { listFunctions, listOperators } from './records.ts';

describe('the lists that the service returns', () => {
  it('describe a function in the documented form', () => {
    expect(listFunctions().find((record) => record.function === 'ucase')).toMatchObject({
      category: 'String',
      syntax: 'String ucase(text)',
      returnType: 'java.lang.String',
      example: 'upper("HeLLo")',
      result: '"HELLO"',
      since: 1,
      params: [{ name: 'text', type: 'java.lang.String', dataType: 'Ljava.lang.String;', position: 1 }],
    });
    expect(listFunctions().find((record) => record.function === 'concat')?.params[0]?.dataType).toBe(
      '[Ljava.lang.String;',
    );
  });

  it('name operators by symbol and by word', () => {
    const equals = listOperators().filter(({ methodName }) => methodName === 'equals');
    expect(equals.map(({ operatorSymbol }) => operatorSymbol)).toEqual(['==', 'eq']);
    expect(listOperators().filter(({ operatorSymbol }) => operatorSymbol === '-')).toMatchObject([
      { methodName: 'subtract', numberOfOperands: 2 },
      { methodName: 'negate', numberOfOperands: 1 },
    ]);
  });
});
