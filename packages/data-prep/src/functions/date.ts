import type { EmittedSql } from '../plan.ts';
import { automaticZone, readAutomaticDate } from '../sql/automatic-date.ts';
import { compileDateReader, type DateReader } from '../sql/date-reader.ts';
import { compileDateWriter, type DateWriter } from '../sql/date-writer.ts';
import { anyOf, bindOnce, inTry, madeOfOne, mayFail, total } from '../sql/emitted.ts';
import { byClock } from '../sql/zones.ts';
import { coalescedZone } from './conditional.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

const category = 'Date/Time';
const form = 'function';
export const dateParameter: Parameter = {
  name: 'date',
  type: 'date-time',
  description: 'The date; text is read by the automatic formats.',
};
const outputPattern: Parameter = {
  name: 'pattern',
  type: 'string',
  description: 'The pattern of the result, a literal text.',
  checkLiteral: (pattern) => problemOf(compileDateWriter(pattern)),
};

/**
 * Functions that read and write dates. A date-time is an instant that remembers its zone; it is written and taken apart by
 * the clock of that zone, and lands in UTC.
 */
export const dateFunctions: readonly FunctionEntry[] = [
  {
    name: 'now',
    aliases: [],
    category,
    form,
    parameters: [],
    signature: fixed([], 'date-time'),
    returnType: 'date-time',
    description: 'The time at which the run started, the same for all of its rows.',
    nulls: 'Never null.',
    example: { expression: 'now()', result: '2021-10-26T10:10:24Z' },
    emit: (_, { now }) => total(now),
  },
  {
    name: 'timestamp',
    aliases: [],
    category,
    form,
    parameters: [],
    signature: fixed([], 'long'),
    returnType: 'integer',
    description: 'The time at which the run started, in milliseconds since 1970.',
    nulls: 'Never null.',
    example: { expression: 'timestamp()', result: '1571850624571' },
    emit: (_, { now }) => total(`epoch_ms(${now})`),
  },
  {
    name: 'date',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'text', type: 'string', description: 'The text to read.' },
      {
        name: 'pattern',
        type: 'string',
        description: 'The pattern of the text, a literal text; the automatic formats when left out.',
        optional: true,
        checkLiteral: (pattern) => problemOf(compileDateReader(pattern)),
      },
      { name: 'default', type: 'date-time', description: 'Taken when the text is null.', optional: true },
    ],
    signature: (types) => ({
      // What is a date already stays as it is.
      arguments: [dateLike(types), 'string' as const, 'date-time' as const].slice(0, types.length),
      returns: 'date-time',
    }),
    returnType: 'date-time',
    description:
      'Reads a text as a date. Without a zone it is in UTC, without a time at midnight. Unreadable text fails.',
    nulls: 'Null for a null text, or the default.',
    example: {
      expression: 'date("2019-10-23 11:24", "yyyy-MM-dd HH:mm")',
      result: '2019-10-23T11:24:00Z',
    },
    emit: emitDate,
  },
  {
    name: 'format',
    aliases: [],
    category,
    form,
    parameters: [dateParameter, outputPattern],
    signature: fixed(['date-time', 'string'], 'string'),
    returnType: 'string',
    description: 'Writes a date by a pattern, by the clock of its zone.',
    nulls: 'Null for a null date.',
    example: { expression: 'format(date("2020-12-31"), "dd/MM/yyyy")', result: '"31/12/2020"' },
    emit: ([date, pattern]) => {
      if (date === undefined) throw new Error('format needs a date');
      return madeOfOne(date, byClock(date, writerOf(pattern?.literal).write));
    },
  },
  {
    name: 'dformat',
    aliases: [],
    category,
    form,
    parameters: [
      { name: 'milliseconds', type: 'integer', description: 'Milliseconds since 1970.' },
      outputPattern,
    ],
    signature: fixed(['long', 'string'], 'string'),
    returnType: 'string',
    description: 'Writes a point in time by a pattern, in UTC.',
    nulls: 'Null for null milliseconds.',
    example: { expression: 'dformat(1571829875000, "yyyy-MM-dd HH:mm")', result: '"2019-10-23 11:24"' },
    emit: ([millis, pattern]) => {
      if (millis === undefined) throw new Error('dformat needs milliseconds');
      const text = bindOnce([millis.value], (value) => {
        return inTry([value], (given) =>
          writerOf(pattern?.literal).write(`make_timestamptz(${given} * 1000)`),
        );
      });
      return mayFail([millis], text);
    },
  },
];

function dateLike(types: Parameters<FunctionEntry['signature']>[0]): 'date-time' | 'string' {
  return types[0] === 'date' || types[0] === 'date-time' ? 'date-time' : 'string';
}

function emitDate([text, pattern, fallback]: readonly EmittedArgument[]): EmittedSql {
  if (text === undefined) throw new Error('date needs a text');
  const read = text.type === 'date-time' ? text : readDate(text, pattern?.literal);
  if (fallback === undefined) return read;
  const fallbackFails =
    fallback.fails === undefined ? undefined : `(${text.value} IS NULL AND ${fallback.fails})`;
  return {
    value: `coalesce(${read.value}, ${fallback.value})`,
    fails: anyOf([read.fails, fallbackFails]),
    ...coalescedZone([read, fallback]),
  };
}

function readDate(text: EmittedSql, pattern: unknown): EmittedSql {
  if (typeof pattern !== 'string') {
    return { ...mayFail([text], readAutomaticDate(text.value)), zone: automaticZone(text.value) };
  }
  const reader = readerOf(pattern);
  const read = mayFail([text], reader.read(text.value));
  return reader.zone === undefined ? read : { ...read, zone: reader.zone(text.value) };
}

function readerOf(pattern: string): DateReader {
  const reader = compileDateReader(pattern);
  if (!reader.ok) throw new Error(`A date pattern was planned that cannot be compiled: ${reader.problem}`);
  return reader;
}

function writerOf(pattern: unknown): DateWriter {
  const writer = compileDateWriter(String(pattern));
  if (!writer.ok) throw new Error(`A date pattern was planned that cannot be compiled: ${writer.problem}`);
  return writer;
}

function problemOf(
  compiled: ReturnType<typeof compileDateReader | typeof compileDateWriter>,
): string | undefined {
  return compiled.ok ? undefined : compiled.problem;
}
