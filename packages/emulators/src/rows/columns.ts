import type { GeneratedField, GeneratedObject, IdScheme, Make } from './field.ts';
import { fraction, mix, saltOf } from './hash.ts';
import { compileHistory, type History } from './history.ts';
import { type Locale, localeOf, pick, wordList } from './locales.ts';
import { compilePattern } from './pattern.ts';
import { dateText, dayOf } from './timestamps.ts';

/**
 * A cell. Datetimes are epoch milliseconds, dates `2024-03-01`, times `12:00:00.000Z`, multi-select picklists joined
 * by `;`: each API writes them its own way.
 */
export type Value = string | number | boolean | null;
/** The value of one field in row `index`: a pure function, so that rows take no memory. */
export type Column = (index: number) => Value;

export interface Generation {
  readonly seed: number;
  readonly object: GeneratedObject;
  /** Generated rows of every object; references point only to rows that exist. */
  readonly rows: Readonly<Record<string, number>>;
  readonly ids: IdScheme;
}

interface Context extends Generation {
  readonly field: GeneratedField;
  readonly salt: number;
  readonly history: History;
  /** Shared by all fields of a row that speak of the same person or company. */
  readonly locale: (index: number) => Locale;
}

/** Compiles every field that holds a value of its own; compound fields are read from their parts (see `table.ts`). */
export function compileColumns(generation: Generation): ReadonlyMap<string, Column> {
  const { seed, object, rows } = generation;
  const history = compileHistory(seed, object.name, rows[object.name] ?? 0);
  const localeSalt = saltOf(seed, `${object.name}.locale`);
  const locale = (index: number) => localeOf(localeSalt, index);
  const columns = new Map<string, Column>();
  for (const field of object.fields) {
    const drawn = field.revision === undefined ? field.name : `${field.name}#${field.revision}`;
    const salt = saltOf(seed, `${object.name}.${drawn}`);
    const column = compileMake(field.make, { ...generation, field, salt, history, locale });
    if (column !== undefined)
      columns.set(field.name, withNulls(column, field, nullSaltOf(generation, field)));
  }
  return columns;
}

function nullSaltOf({ seed, object }: Generation, field: GeneratedField): number {
  return saltOf(seed, `${object.name}.${field.nullsWith ?? field.name}.nulls`);
}

function withNulls(column: Column, { nulls }: GeneratedField, nullSalt: number): Column {
  if (nulls === undefined) return column;
  const limit = nulls * 0x1_0000_0000;
  return (index) => (mix(nullSalt, index) < limit ? null : column(index));
}

function compileMake(make: Make, context: Context): Column | undefined {
  const { salt, history, field, seed, object } = context;
  switch (make.kind) {
    case 'id':
      return context.ids.idsOf(object.name);
    case 'created':
      return history.created;
    case 'modified':
      return history.modified;
    case 'stamp':
      return history.stamp;
    case 'version':
      return (index) => index + 1;
    case 'since':
      return (index) => between(history.created(index), history.stamp(index), fraction(salt, index));
    case 'constant':
      return () => make.value;
    case 'boolean':
      return (index) => fraction(salt, index) < make.chance;
    case 'number':
      return compileNumber(make, field, salt);
    case 'date':
      return compileDate(make.from, make.to, salt);
    case 'time':
      return (index) =>
        `${String(8 + (mix(salt, index) % 10)).padStart(2, '0')}:${mix(salt, index) & 1 ? '30' : '00'}:00.000Z`;
    case 'picklist':
      return compilePicklist(field.values ?? [], salt);
    case 'multipicklist':
      return compileMultiPicklist(field.values ?? [], salt);
    case 'word':
      return compileWord(wordList(make.list), salt);
    case 'pattern': {
      const pattern = compilePattern(make.pattern);
      return (index) => pattern(salt, index);
    }
    case 'sequence':
      return (index) => String(make.start + index).padStart(make.digits, '0');
    case 'reference':
      return compileReferences(make, context);
    case 'person':
      return compilePerson(make.part, context);
    case 'place':
      return compilePlace(make, context);
    case 'phone':
      return (index) => context.locale(index).phone(salt, index);
    case 'company':
      return compileCompany(make.part, seed, object.name);
    case 'deal':
      return compileDeal(wordList(make.list), seed, object.name, salt);
    case 'notes':
      return compileNotes(salt);
    case 'any':
      return compileAny(salt);
    case 'base64': {
      const notes = compileNotes(salt);
      return (index) => Buffer.from(String(notes(index))).toString('base64');
    }
    case 'name':
    case 'address':
    case 'location':
      return undefined;
  }
}

function between(from: number, to: number, share: number): number {
  return Math.floor((from + share * (to - from)) / 1000) * 1000;
}

function compileNumber(make: Extract<Make, { kind: 'number' }>, field: GeneratedField, salt: number): Column {
  const { min, max, skew = 1 } = make;
  const power = 10 ** (make.scale ?? field.scale ?? 0);
  return (index) => Math.round((min + fraction(salt, index) ** skew * (max - min)) * power) / power;
}

function compileDate(from: string, to: string, salt: number): Column {
  const first = dayOf(from);
  const days = dayOf(to) - first + 1;
  return (index) => dateText(first + (mix(salt, index) % days));
}

function compileWord(list: readonly string[], salt: number): Column {
  return (index) => pick(list, mix(salt, index));
}

/** Earlier values are commoner, as in any org. */
function compilePicklist(values: readonly Value[], salt: number): Column {
  return (index) => values[Math.floor(fraction(salt, index) ** 1.6 * values.length)] ?? null;
}

function compileMultiPicklist(values: readonly Value[], salt: number): Column {
  return (index) => {
    const bits = mix(salt, index);
    const chosen = values.filter((_, at) => ((bits >>> at) & 1) === 1 && ((bits >>> (at + 12)) & 1) === 1);
    return chosen.length === 0 ? (values[0] ?? null) : chosen.join(';');
  };
}

function compileReference(to: string, { rows, ids, salt }: Context): Column {
  const count = rows[to] ?? 0;
  const idOf = ids.idsOf(to);
  return count === 0 ? () => null : (index) => idOf(mix(salt, index) % count);
}

function compileReferences(make: Extract<Make, { kind: 'reference' }>, context: Context): Column {
  const first = compileReference(make.to, context);
  if (make.also === undefined) return first;
  const second = compileReference(make.also, context);
  return (index) => (mix(context.salt + 1, index) & 1 ? second : first)(index);
}

/** Text, whole numbers and truth values, as in the history of a record. */
function compileAny(salt: number): Column {
  const text = compilePattern('K-##');
  return (index) => {
    const kind = mix(salt + 1, index) % 3;
    if (kind === 0) return text(salt, index);
    return kind === 1 ? mix(salt, index) % 1000 : (mix(salt, index) & 1) === 1;
  };
}

function compilePerson(part: 'given' | 'family' | 'email', { seed, object, locale }: Context): Column {
  const givenSalt = saltOf(seed, `${object.name}.given`);
  const familySalt = saltOf(seed, `${object.name}.family`);
  if (part === 'given') return (index) => pick(locale(index).given, mix(givenSalt, index)).text;
  if (part === 'family') return (index) => pick(locale(index).family, mix(familySalt, index)).text;
  const domainSalt = saltOf(seed, `${object.name}.domain`);
  const domains = wordList('domains');
  return (index) => {
    const { given, family } = locale(index);
    const local = `${pick(given, mix(givenSalt, index)).ascii}.${pick(family, mix(familySalt, index)).ascii}`;
    return `${local}${index}@${pick(domains, mix(domainSalt, index))}`;
  };
}

function compilePlace(make: Extract<Make, { kind: 'place' }>, context: Context): Column {
  const { locale, seed, object } = context;
  const salt = saltOf(seed, `${object.name}.${make.slot}.place`);
  const place = (index: number) => pick(locale(index).cities, mix(salt, index));
  switch (make.part) {
    case 'street':
      return (index) => pick(locale(index).streets, mix(salt + 1, index))(salt, index);
    case 'city':
      return (index) => place(index).city;
    case 'state':
      return (index) => place(index).state;
    case 'postalCode':
      return (index) => place(index).postalCode(salt, index);
    case 'country':
      return (index) => locale(index).country;
  }
}

function compileCompany(part: 'name' | 'website', seed: number, object: string): Column {
  const salt = saltOf(seed, `${object}.company`);
  const [heads, tails, forms] = [
    wordList('companyHeads'),
    wordList('companyTails'),
    wordList('companyForms'),
  ];
  const head = (index: number) => pick(heads, mix(salt, index));
  const tail = (index: number) => pick(tails, mix(salt + 1, index));
  if (part === 'name') return (index) => `${head(index)} ${tail(index)} ${pick(forms, mix(salt + 2, index))}`;
  return (index) =>
    `https://${tail(index)
      .toLowerCase()
      .replace(/[^a-z]/g, '')}-${index}.example.com/`;
}

function compileDeal(nouns: readonly string[], seed: number, object: string, salt: number): Column {
  const company = compileCompany('name', seed, object);
  return (index) => `${company(index)} – ${pick(nouns, mix(salt, index))}`;
}

/** One to three sentences, some on lines of their own: text areas hold line feeds, quotes, tabs and backslashes. */
function compileNotes(salt: number): Column {
  const notes = wordList('notes');
  return (index) => {
    const hash = mix(salt, index);
    let text = pick(notes, hash);
    for (let more = (hash >>> 8) % 3; more > 0; more--) {
      text += `${(hash >>> more) & 1 ? '\n' : ' '}${pick(notes, mix(salt + more, index))}`;
    }
    return `${text} (#${10_000 + (mix(salt + 7, index) % 90_000)})`;
  };
}
