import type { EmittedSql } from '../plan.ts';
import { bindOnce, madeOf } from '../sql/emitted.ts';
import { entryOf, entryOfJson, fieldOf } from '../sql/nested.ts';
import { isArray, isMap, isNumeric, isObject } from '../types.ts';
import type { EmittedArgument } from './entry.ts';

/** No array is as long; one more would not be a number of 64 bits for every position. */
const LAST_POSITION = 2147483647;

/** SQL of the element of a container at a position from 0, or under a key; null where there is none. */
export function emitElement(args: readonly EmittedArgument[]): EmittedSql {
  const [container, key] = args;
  if (container === undefined || key === undefined) throw new Error('An element needs a container and a key');
  return madeOf(args, elementOf(container, key));
}

function elementOf(container: EmittedArgument, key: EmittedArgument): string {
  const { type, value } = container;
  if (isArray(type)) {
    const position = bindOnce([key.value], (index) => {
      return `CASE WHEN ${index} BETWEEN 0 AND ${LAST_POSITION} THEN ${index} + 1 END`;
    });
    return `(${value})[${position}]`;
  }
  if (isMap(type)) return entryOf(value, key.value);
  if (isObject(type)) return fieldOf(value, String(key.literal));
  return type === 'json' ? entryOfJson(value, key.value, isNumeric(key.type)) : 'NULL';
}
