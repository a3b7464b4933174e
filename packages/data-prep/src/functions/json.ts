import { mayFail, valuesOf } from '../sql/emitted.ts';
import { withoutJsonNull } from '../sql/nested.ts';
import type { FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

/** Functions on JSON text. */
export const jsonFunctions: readonly FunctionEntry[] = [
  {
    name: 'json_to_object',
    aliases: [],
    category: 'JSON',
    form: 'function',
    parameters: [{ name: 'text', type: 'string', description: 'JSON text.' }],
    signature: fixed(['string'], 'json'),
    returnType: 'object',
    description: 'Reads JSON text as the object, array or value that it stands for. Other text fails.',
    nulls: "Null for a null text, and for JSON's own null.",
    example: { expression: `json_to_object('{"a": [1, null, true]}')`, result: '{"a": [1, null, true]}' },
    emit: (args) => {
      const [text = 'NULL'] = valuesOf(args);
      const read = mayFail(args, `json_extract(TRY_CAST(${text} AS JSON), '$')`);
      return { fails: read.fails, value: withoutJsonNull(read.value) };
    },
  },
];
