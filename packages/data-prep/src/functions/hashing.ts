import { callOf, madeOf } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { charsets, checksum, utf8Checksums } from '../vectorised/checksum.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import type { FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

const algorithms = [
  { name: 'md5', title: 'MD5', result: 'd3b96ce8c9fb4e9bd0198d03ba6852c7' },
  { name: 'sha1', title: 'SHA-1', result: 'c3599c11e47719df18a2448690840c5dfcce3c80' },
  {
    name: 'sha256',
    title: 'SHA-256',
    result: '7330d2b39ca35eaf4cb95fc846c21ee6a39af698154a83a586ee270a0d372104',
  },
  {
    name: 'sha512',
    title: 'SHA-512',
    result:
      'a3d7e45a0d9be5fd4e4b9a3b8c9c2163c21ef708bf11b4232bb21d2a8704ada2cdcd7b367dd0788a89a5c908cfe377aceb1072a7b386b7d4fd2ff68a8fd24d16',
  },
  { name: 'crc32', title: 'CRC-32', result: '8df92e80' },
] as const;

/** Checksums of text. DuckDB computes what it has an algorithm for, over UTF-8; all others are scalar functions. */
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
      description: `Character set of the bytes, a literal text: ${charsets.join(', ')}. UTF-8 when left out.`,
      optional: true,
      checkLiteral: charsetProblem,
    },
  ],
  signature: fixed(['string'], 'string'),
  returnType: 'string',
  description: `The ${title} checksum of a text, in small hexadecimal digits${
    name === 'crc32' ? ', its four bytes least significant first' : ''
  }.`,
  nulls: 'Null for a null text.',
  example: { expression: `${name}("my text", "UTF-8")`, result: JSON.stringify(result) },
  emit: ([text, charset]) => {
    if (text === undefined) throw new Error(`${name} needs a text`);
    const set = String(charset?.literal ?? 'UTF-8').toUpperCase();
    if (set === 'UTF-8') {
      const scalar = utf8Checksums.get(name);
      return scalar === undefined ? callOf(name, [text]) : madeOf([text], callScalar(scalar, [text.value]));
    }
    return madeOf([text], callScalar(checksum, [quoteLiteral(name), quoteLiteral(set), text.value]));
  },
}));

function charsetProblem(charset: string): string | undefined {
  if (charsets.includes(charset.toUpperCase())) return undefined;
  return `"${charset}" is not one of the character sets ${charsets.join(', ')}`;
}
