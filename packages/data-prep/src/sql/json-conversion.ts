import type { EmittedSql, ExpressionType } from '../plan.ts';
import { emitConversion } from './conversion.ts';
import { mayFail, total } from './emitted.ts';
import { scalarConversions } from './scalar-conversion.ts';
import { type Goal, heldAs, type ScalarGoal } from './types.ts';

/** SQL that writes a value as JSON. */
export function emitJson(value: string, from: ExpressionType): EmittedSql {
  // Through a double a decimal would lose digits.
  if (from === 'decimal') return total(`CAST(${emitConversion(total(value), from, 'string').value} AS JSON)`);
  return total(`to_json(${emitConversion(total(value), from, writtenAs(from)).value})`);
}

/** The type whose values `to_json` writes as JSON should have them: dates in ISO 8601, decimals without filling zeros. */
function writtenAs(type: ExpressionType): Goal {
  const held = heldAs(type);
  if (typeof held === 'string') {
    if (held === 'date-time' || held === 'date' || held === 'time') return 'string';
    return held === 'decimal' ? 'json' : held;
  }
  switch (held.kind) {
    case 'array':
      return { kind: 'array', items: writtenAs(held.items) };
    case 'map':
      return { kind: 'map', values: writtenAs(held.values) };
    case 'object':
      return {
        kind: 'object',
        fields: held.fields.map(({ name, type: field }) => ({ name, type: writtenAs(field) })),
      };
  }
}

/**
 * SQL that reads JSON as a single value, by the rules for the text, number or boolean that it holds. An object or array is
 * read as text alone: its JSON.
 */
export function emitScalarOfJson(json: string, to: ScalarGoal): EmittedSql {
  const text = `(${json} ->> '$')`;
  if (to === 'string') {
    const fraction = `regexp_replace(${text}, '\\.0$', '')`;
    return total(`CASE json_type(${json}) WHEN 'DOUBLE' THEN ${fraction} ELSE ${text} END`);
  }
  const readings = [
    { kinds: ['VARCHAR'], value: scalarConversions.string[to]?.emit(text) },
    ...numberReadings(json, to),
    { kinds: ['BOOLEAN'], value: to === 'boolean' ? `CAST(${json} AS BOOLEAN)` : undefined },
  ];
  const cases = readings.flatMap(({ kinds, value }) => {
    return value === undefined ? [] : kinds.map((kind) => `WHEN '${kind}' THEN ${value}`);
  });
  return mayFail([total(json)], `CASE json_type(${json}) ${cases.join(' ')} END`);
}

function numberReadings(json: string, to: ScalarGoal) {
  const double = `CAST(${json} AS DOUBLE)`;
  if (to === 'number') return [{ kinds: ['UBIGINT', 'BIGINT', 'DOUBLE'], value: double }];
  if (to === 'decimal') {
    const digits = scalarConversions.string.decimal?.emit(`(${json} ->> '$')`);
    return [{ kinds: ['UBIGINT', 'BIGINT', 'DOUBLE'], value: digits }];
  }
  const whole = `TRY_CAST(${json} AS BIGINT)`;
  return [
    { kinds: ['UBIGINT', 'BIGINT'], value: to === 'long' ? whole : scalarConversions.long[to]?.emit(whole) },
    { kinds: ['DOUBLE'], value: scalarConversions.number[to]?.emit(double) },
  ];
}
