import { RANDOM_UUID, total } from '../sql/emitted.ts';
import type { FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

export const uuidFunction: FunctionEntry = {
  name: 'uuid',
  aliases: ['guid'],
  category: 'Special Operations',
  form: 'function',
  parameters: [],
  signature: fixed([], 'string'),
  returnType: 'string',
  description: 'A random identifier of 36 characters, a new one for each call in each row.',
  nulls: 'Never null.',
  example: { expression: 'uuid() == uuid()', result: 'false' },
  emit: () => total(RANDOM_UUID),
};
