import { bindOnce, madeOf } from '../sql/emitted.ts';
import type { FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

/** SQL for the bytes of a text, by character set. What a set does not hold becomes a question mark, as in Java. */
const encoders: ReadonlyMap<string, (text: string) => string> = new Map([
  ['UTF-8', (text) => `encode(${text})`],
  ['US-ASCII', (text) => encodeEach(text, "CASE WHEN code < 128 THEN printf('%02X', code) ELSE '3F' END")],
  ['ISO-8859-1', (text) => encodeEach(text, "CASE WHEN code < 256 THEN printf('%02X', code) ELSE '3F' END")],
  ['UTF-16', (text) => encodeEach(text, utf16Unit, 'FEFF')],
]);

const utf16Unit =
  "CASE WHEN code < 65536 THEN printf('%04X', code) " +
  "ELSE printf('%04X%04X', 55296 + ((code - 65536) >> 10), 56320 + ((code - 65536) & 1023)) END";

const algorithms = [
  { name: 'md5', title: 'MD5', result: 'd3b96ce8c9fb4e9bd0198d03ba6852c7' },
  { name: 'sha1', title: 'SHA-1', result: 'c3599c11e47719df18a2448690840c5dfcce3c80' },
  {
    name: 'sha256',
    title: 'SHA-256',
    result: '7330d2b39ca35eaf4cb95fc846c21ee6a39af698154a83a586ee270a0d372104',
  },
] as const;

/** Checksums of text, for those algorithms that DuckDB computes itself. */
export const hashingFunctions: readonly FunctionEntry[] = algorithms.map(({ name, title, result }) => ({
  name,
  aliases: [],
  category: 'Hashing',
  form: 'function',
  parameters: [
    { name: 'text', type: 'string', description: 'The text to take the checksum of.' },
    {
      name: 'charset',
      type: 'string',
      description: `Character set of the bytes, a literal text: ${[...encoders.keys()].join(', ')}. UTF-8 when left out.`,
      optional: true,
      checkLiteral: charsetProblem,
    },
  ],
  signature: fixed(['string'], 'string'),
  returnType: 'string',
  description: `The ${title} checksum of a text, in small hexadecimal digits.`,
  nulls: 'Null for a null text.',
  example: { expression: `${name}("my text", "UTF-8")`, result: JSON.stringify(result) },
  emit: ([text, charset]) => {
    if (text === undefined) throw new Error(`${name} needs a text`);
    const encode = encoders.get(String(charset?.literal ?? 'UTF-8').toUpperCase());
    if (encode === undefined) throw new Error(`${name} was planned with an unknown character set`);
    return madeOf([text], `${name}(${encode(text.value)})`);
  },
}));

function charsetProblem(charset: string): string | undefined {
  if (encoders.has(charset.toUpperCase())) return undefined;
  return `"${charset}" is not one of the character sets ${[...encoders.keys()].join(', ')}`;
}

/** The bytes of a text, character by character, as hexadecimal digits from their code points. */
function encodeEach(text: string, unit: string, prefix = ''): string {
  return bindOnce([text], (bound) => {
    const letters = `list_filter(string_split(${bound}, ''), lambda letter: letter <> '')`;
    const units = `list_transform(list_transform(${letters}, lambda letter: ord(letter)), lambda code: ${unit})`;
    return `unhex(CASE WHEN ${bound} <> '' THEN concat('${prefix}', list_aggregate(${units}, 'string_agg', '')) ELSE ${bound} END)`;
  });
}
