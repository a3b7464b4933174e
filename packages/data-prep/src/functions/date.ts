import type { EmittedSql } from '../plan.ts';
import { readAutomaticDate } from '../sql/automatic-date.ts';
import { compileDateReader, compileDateWriter } from '../sql/date-pattern.ts';
import { anyOf, madeOf, mayFail, total } from '../sql/emitted.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { readShaped } from '../sql/shaped.ts';
import type { EmittedArgument, FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

/**
 * Names of the parts of a date and the SQL that reads each from a TIMESTAMP. Case is ignored. The documentation lists `w`
 * for both week and weekday; it is read as the weekday, and days count from Monday as 1, like the pattern letter `u`.
 */
const dateParts: readonly {
  readonly names: readonly string[];
  readonly sql: (timestamp: string) => string;
}[] = [
  { names: ['year', 'yyyy', 'yy'], sql: partOf('year') },
  { names: ['quarter', 'qq', 'q'], sql: partOf('quarter') },
  { names: ['month', 'mm', 'm'], sql: partOf('month') },
  { names: ['dayofyear', 'dy', 'y'], sql: partOf('doy') },
  { names: ['day', 'dd', 'd'], sql: partOf('day') },
  { names: ['week', 'ww'], sql: partOf('week') },
  { names: ['weekday', 'dw', 'w'], sql: partOf('isodow') },
  { names: ['hour', 'hh', 'hh24'], sql: partOf('hour') },
  { names: ['hh12'], sql: (timestamp) => `(${partOf('hour')(timestamp)} + 11) % 12 + 1` },
  { names: ['minute', 'mi', 'n'], sql: partOf('minute') },
  { names: ['second', 'ss', 's'], sql: partOf('second') },
  { names: ['millisecond', 'sss', 'ms'], sql: (timestamp) => `${partOf('millisecond')(timestamp)} % 1000` },
];

const category = 'Date/Time';
const form = 'function';
const date: Parameter = {
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

/** Functions on dates. A date-time is an instant; it is shown and taken apart in UTC. */
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
    parameters: [date, outputPattern],
    signature: fixed(['date-time', 'string'], 'string'),
    returnType: 'string',
    description: 'Writes a date by a pattern, in UTC.',
    nulls: 'Null for a null date.',
    example: { expression: 'format(date("2020-12-31"), "dd/MM/yyyy")', result: '"31/12/2020"' },
    emit: ([value, pattern]) => {
      const instant = value ?? total('NULL');
      return madeOf(
        [instant],
        `strftime(timezone('UTC', ${instant.value}), ${writeFormat(pattern?.literal)})`,
      );
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
    emit: ([value, pattern]) => {
      const millis = value ?? total('NULL');
      const timestamp = `make_timestamp(${millis.value} * 1000)`;
      return mayFail([millis], `TRY(strftime(${timestamp}, ${writeFormat(pattern?.literal)}))`);
    },
  },
  {
    name: 'date_part',
    aliases: [],
    category,
    form,
    parameters: [
      {
        name: 'part',
        type: 'string',
        description: `Name of the part, a literal text: ${dateParts.map(({ names }) => names.join(' ')).join(', ')}.`,
        checkLiteral: (name) => {
          if (findDatePart(name) !== undefined) return undefined;
          return `"${name}" names no part of a date; use one of ${dateParts.map(({ names }) => names[0]).join(', ')}`;
        },
      },
      date,
    ],
    signature: fixed(['string', 'date-time'], 'integer'),
    returnType: 'integer',
    description: 'Takes one part out of a date, in UTC. Note that "m" is the month and "mi" the minute.',
    nulls: 'Null for a null date.',
    example: { expression: 'date_part("MM", date("2019-10-17"))', result: '10' },
    emit: ([name, value]) => {
      const part = findDatePart(String(name?.literal));
      if (part === undefined) throw new Error('date_part was planned with an unknown part');
      const instant = value ?? total('NULL');
      return madeOf([instant], `CAST(${part.sql(`timezone('UTC', ${instant.value})`)} AS INTEGER)`);
    },
  },
];

function dateLike(types: Parameters<FunctionEntry['signature']>[0]): 'date-time' | 'string' {
  return types[0] === 'date' || types[0] === 'date-time' ? 'date-time' : 'string';
}

function emitDate([text, pattern, fallback]: readonly EmittedArgument[]): EmittedSql {
  if (text === undefined) throw new Error('date needs a text');
  const read = text.type === 'date-time' ? text : mayFail([text], readDate(text.value, pattern?.literal));
  if (fallback === undefined) return read;
  const fallbackFails =
    fallback.fails === undefined ? undefined : `(${text.value} IS NULL AND ${fallback.fails})`;
  return { value: `coalesce(${read.value}, ${fallback.value})`, fails: anyOf([read.fails, fallbackFails]) };
}

function readDate(text: string, pattern: unknown): string {
  if (typeof pattern !== 'string') return readAutomaticDate(text);
  const reader = compileDateReader(pattern);
  if (!reader.ok)
    throw new Error(`date was planned with a pattern that cannot be compiled: ${reader.problem}`);
  const format = quoteLiteral(reader.format);
  return readShaped(text, `\\s*${reader.shape}\\s*`, (shaped) => {
    if (!reader.hasOffset) return `timezone('UTC', try_strptime(${shaped}, ${format}))`;
    return `try_strptime(regexp_replace(${shaped}, 'Z\\s*$', '+00'), ${format})`;
  });
}

function writeFormat(pattern: unknown): string {
  const writer = compileDateWriter(String(pattern));
  if (!writer.ok) throw new Error(`A date pattern was planned that cannot be compiled: ${writer.problem}`);
  return quoteLiteral(writer.format);
}

function problemOf(
  compiled: ReturnType<typeof compileDateReader | typeof compileDateWriter>,
): string | undefined {
  return compiled.ok ? undefined : compiled.problem;
}

function findDatePart(name: string) {
  return dateParts.find(({ names }) => names.includes(name.toLowerCase()));
}

function partOf(field: string): (timestamp: string) => string {
  return (timestamp) => `date_part('${field}', ${timestamp})`;
}
