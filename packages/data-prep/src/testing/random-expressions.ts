import type { SourceColumn, SourceType } from '@tributary/xdm';
import type { FunctionEntry, Parameter, ParameterType } from '../functions/entry.ts';
import { functionTable } from '../functions/table.ts';

const object = (fields: Readonly<Record<string, SourceType>>): SourceType => ({
  kind: 'object',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});

/** What random expressions read. */
const columnTypes = {
  s: 'string',
  t: 'string',
  u: 'string',
  n: 'long',
  i: 'integer',
  x: 'number',
  c: 'decimal',
  b: 'boolean',
  day: 'date',
  at: 'date-time',
  clock: 'time',
  o: object({ k: 'string', v: 'long', in: object({ at: 'date-time' }) }),
  os: { kind: 'array', items: object({ k: 'string', v: 'number' }) },
  xs: { kind: 'array', items: 'long' },
  ss: { kind: 'array', items: 'string' },
  m: { kind: 'map', values: 'decimal' },
  j: 'json',
} as const satisfies Readonly<Record<string, SourceType>>;

export const randomColumns: readonly SourceColumn[] = Object.entries(columnTypes).map(([name, type]) => ({
  name,
  type,
}));

/** Paths and literals of each kind of value, the odd ones among them. */
const leaves: Readonly<Record<Exclude<ParameterType, 'lambda' | 'any' | 'comparable'>, readonly string[]>> = {
  string: [
    's',
    't',
    'u',
    'o.k',
    'j.k',
    'ss[0]',
    '""',
    '"12"',
    '"2020-01-05"',
    `'https://a.b:8080/c?d=e&d=%'`,
    '"x;y"',
  ],
  integer: ['n', 'i', 'o.v', 'xs[1]', '0', '1', '2147483647', '9223372036854775807', '-3'],
  number: ['x', 'c', 'n', 'os[0].v', 'm.k', '2.5', '0.0', '1e300', '7.25b'],
  boolean: ['b', 'true', 'false', 'is_empty(s)', 'n > 1', 's == t'],
  'date-time': ['at', 'day', 'o.in.at', 'now()', 'date("2020-02-29T01:02:03.004+05:30")'],
  array: ['xs', 'ss', 'os', 'os.k', 'j', '[]', '[1, null, 2.5]', '["a", "b"]', 'explode(s)'],
  object: ['o', 'os[0]', 'j', 'j.o', '{"k": s}'],
  map: ['m', 'o', '{}', '{:}', '{"a": 1, "b": n}', 'to_map("k", x)'],
};
const kinds = ['string', 'integer', 'number', 'boolean', 'date-time', 'array', 'object', 'map'] as const;
type Kind = (typeof kinds)[number];

const operators: Readonly<Record<Kind, readonly string[]>> = {
  string: [
    '{string} + {any}',
    '{boolean} ? {string} : {any}',
    '{string} ?: {string}',
    '{string} ?? {string}',
  ],
  integer: [
    '{integer} + {integer}',
    '{integer} - {number}',
    '{integer} div {integer}',
    '{integer} % {integer}',
    '-{integer}',
    '~{integer}',
    '{integer} & {integer}',
    '{integer} | {integer}',
    '{integer} ^ {integer}',
    'size_of({array})',
  ],
  number: ['{number} * {number}', '{number} / {number}', '{number} mod {number}', '-{number}', '+{string}'],
  boolean: [
    '{any} == {any}',
    '{any} != {any}',
    '{any} < {any}',
    '{number} >= {string}',
    '{boolean} && {boolean}',
    '{boolean} or {boolean}',
    '!{boolean}',
    '{string} =^ {string}',
    '{string} !$ {string}',
    '{string} =~ "^a.*"',
    '{any} =~ {array}',
  ],
  'date-time': ['{boolean} ? {date-time} : null', '{date-time} ?? {date-time}'],
  array: [
    '[{any}, {any}]',
    '{array} ?? {array}',
    'filterArray({array}, e -> {element} == {any})',
    'transformArray({array}, e -> [{element}, {any}])',
    'transformArray({array}, e -> concat({element}, {string}))',
  ],
  object: ['{"k": {any}, "v": {any}}', '{boolean} ? {object} : {object}'],
  map: ['{{string}: {any}}', '{map} ?? {object}'],
};

/** Texts for parameters that are compiled ahead; each takes those that it accepts. */
const compiledTexts = [
  '',
  ';',
  ',',
  '.',
  'a+',
  '(.)(.)',
  '[0-9]',
  '^\\d{2}',
  'UTF-8',
  'UTF-16',
  'UTC',
  'Europe/Paris',
  'PST',
  '+05:30',
  'yyyy-MM-dd',
  "yyyy-MM-dd'T'HH:mm:ss.SSSZ",
  'MMM d, yyyy',
  'hh:mm a',
  'EEEE',
  'yyyy',
  'MM',
  'dw',
  'retain',
  'remove',
];

/** How deep calls and operators are nested, each as often as it stands here. */
const DEPTHS = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3];

/**
 * Expressions over {@link randomColumns}, made of every function, operator and literal of the language, mostly of fitting
 * types. The same random numbers make the same expressions.
 */
export class RandomExpressions {
  readonly #random: () => number;

  /** @param seed any whole number */
  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** Small ones for the most part: many small ones find more than few large ones in the same time. */
  next(): string {
    return this.#of(this.#pick(kinds), this.#pick(DEPTHS));
  }

  #of(kind: Kind, depth: number): string {
    // Now and then something else than fits.
    if (this.#random() < 0.03) return this.#of(this.#pick(kinds), depth);
    if (this.#random() < 0.03) return 'null';
    if (depth === 0) return this.#pick(leaves[kind]);
    if (this.#random() < 0.3) return `(${this.#filled(this.#pick(operators[kind]), depth)})`;
    const entries = functionsOf.get(kind);
    return entries === undefined ? this.#pick(leaves[kind]) : this.#call(this.#pick(entries), depth);
  }

  #filled(shape: string, depth: number): string {
    return shape.replaceAll(
      /\{(string|integer|number|boolean|date-time|array|object|map|any|element)\}/g,
      (_, kind) => {
        if (kind === 'element') return this.#pick(['e', 'e.k', 'concat(e, "")', 'e["v"]']);
        return this.#of(isKind(kind) ? kind : this.#pick(kinds), depth - 1);
      },
    );
  }

  #call({ name, aliases, form, parameters }: FunctionEntry, depth: number): string {
    const fixed = parameters.filter(({ repeated }) => !repeated);
    const repeated = parameters.filter((parameter) => parameter.repeated);
    const given = fixed.filter(({ optional }) => !optional || this.#random() < 0.5);
    const times = repeated.length === 0 ? 0 : Math.floor(this.#random() * 3);
    const all = [...given, ...Array.from({ length: times }, () => repeated).flat()];
    const [first = '', ...rest] = all.map((parameter) => this.#argument(parameter, depth));
    const called = this.#pick([name, ...aliases]);
    return form === 'method'
      ? `(${first}).${called}(${rest.join(', ')})`
      : `${called}(${[first, ...rest].join(', ')})`;
  }

  #argument(parameter: Parameter, depth: number): string {
    const { type, checkLiteral, mayVary, readAs } = parameter;
    if (readAs === 'path') return this.#pick(['"o.k"', '"os[0].v"', '"nothing.here"', '"j.a.b"']);
    if (readAs === 'attribute') return this.#pick(['k', '"v"']);
    if (type === 'lambda')
      return this.#filled(this.#pick(['e -> {element} == {any}', 'e -> {element}', 'e -> {any}']), depth);
    if (checkLiteral !== undefined && (!mayVary || this.#random() < 0.5)) {
      const texts = compiledTexts.filter((text) => checkLiteral(text) === undefined);
      return JSON.stringify(texts.length === 0 ? 'a' : this.#pick(texts));
    }
    return this.#of(isKind(type) ? type : this.#pick(kinds), depth - 1);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from');
    return item;
  }
}

function isKind(type: string): type is Kind {
  return (kinds as readonly string[]).includes(type);
}

/** Each function under all kinds that its result may be of. */
const functionsOf = new Map<Kind, readonly FunctionEntry[]>(
  kinds.map((kind) => [
    kind,
    functionTable.filter(({ returnType }) => !isKind(returnType) || returnType === kind),
  ]),
);

/** Uniform numbers from 0 up to 1 (Tommy Ettinger's mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
