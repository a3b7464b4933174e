import type { ObjectNode, SourceColumn, SourceType } from '@tributary/xdm';
import { planMappings } from '../mapping/plan-mappings.ts';
import type { MappingInput } from '../mapping/read-mappings.ts';
import { knownPaths } from './known-fields.ts';
import { type TargetField, targetFields } from './target-field.ts';
import { hasValues, kindOfValues, type ValueKind } from './value-kind.ts';
import { weightOf, wordsOf } from './words.ts';

/** A source column, with some of its values where they are at hand. */
export interface SampledColumn extends SourceColumn {
  readonly samples?: readonly unknown[];
}

/** A mapping that probably is meant. */
export interface SuggestedMapping extends MappingInput {
  /** How probable, from 0 to 1. */
  readonly matchScore: number;
}

export interface SuggestionRequest {
  readonly columns: readonly SampledColumn[];
  /** The root of the resolved target schema. */
  readonly target: ObjectNode;
}

/** What is less probable is not suggested. */
const MIN_SCORE = 0.5;
/** A name that stands for a field of the standard library. */
const KNOWN_SCORE = 0.95;
/** What the second best field that a name stands for is worth against the best, and so on. */
const NEXT_PATH = 0.97;
/** Names that share words are never as sure as names that stand for the same. */
const ALIKE_SCORE = 0.9;
/** Names that share fewer of their words, by weight, than this are not alike. */
const MIN_ALIKE = 0.8;
/** A column whose name says nothing and whose values do. */
const BY_VALUES_SCORE = 0.6;
/** Values of a kind that the field wants take away this share of the doubt. */
const AGREEMENT = 0.5;
/** What remains of the score of a field that wants values of another kind. */
const CONTRADICTION = 0.5;

/**
 * Suggests mappings by names (word by word, with synonyms), by types and by sample values. Each column and each
 * destination comes once at most, the surest first; every suggestion is a mapping that can be planned.
 */
export function suggestMappings({ columns, target }: SuggestionRequest): readonly SuggestedMapping[] {
  const index = indexOf(targetFields(target));
  const attributes = columns.flatMap((column) => attributesOf(column));
  const candidates = attributes
    .flatMap((attribute) => candidatesFor(attribute, index))
    .filter(({ score }) => score >= MIN_SCORE)
    .sort((a, b) => b.score - a.score);
  return assigned(candidates, (candidate) => canBePlanned(candidate, columns, target));
}

/** A column, or a member of a column that nests. */
interface Attribute {
  readonly source: string;
  readonly words: readonly string[];
  readonly kind: ValueKind | undefined;
  readonly hasValues: boolean;
}

const MAX_NESTING = 6;

function attributesOf({ name, type, samples = [] }: SampledColumn, depth = 0): readonly Attribute[] {
  if (isObject(type) && depth < MAX_NESTING) {
    return type.fields.flatMap((field) =>
      attributesOf(
        {
          name: `${name}.${field.name}`,
          type: field.type,
          samples: samples.map((sample) => memberOf(sample, field.name)),
        },
        depth + 1,
      ),
    );
  }
  return [{ source: name, words: wordsOf(name), kind: kindOfValues(samples), hasValues: hasValues(samples) }];
}

interface Candidate {
  readonly source: string;
  readonly field: TargetField;
  readonly score: number;
}

interface FieldIndex {
  readonly byPath: ReadonlyMap<string, TargetField>;
  readonly byWord: ReadonlyMap<string, readonly TargetField[]>;
}

function indexOf(fields: readonly TargetField[]): FieldIndex {
  const byWord = new Map<string, TargetField[]>();
  for (const field of fields) {
    for (const word of field.ownWords) {
      const known = byWord.get(word);
      if (known === undefined) byWord.set(word, [field]);
      else known.push(field);
    }
  }
  return { byPath: new Map(fields.map((field) => [field.path, field])), byWord };
}

function candidatesFor(attribute: Attribute, index: FieldIndex): readonly Candidate[] {
  const scores = new Map<TargetField, number>();
  const propose = (field: TargetField | undefined, score: number) => {
    if (field !== undefined) scores.set(field, Math.max(score, scores.get(field) ?? 0));
  };
  propose(index.byPath.get(attribute.source), 1);
  const known = knownPaths(attribute.words);
  const knownFields = (known ?? []).flatMap((path) => index.byPath.get(path) ?? []);
  for (const [rank, field] of knownFields.entries()) propose(field, KNOWN_SCORE * NEXT_PATH ** rank);
  if (known === undefined) {
    for (const [field, score] of alike(attribute, index)) propose(field, score);
    for (const path of pathsByValues(attribute)) propose(index.byPath.get(path), BY_VALUES_SCORE);
  }
  return Array.from(scores, ([field, score]) => ({
    source: attribute.source,
    field,
    score: judgedByValues(score, attribute, field),
  }));
}

/** Fields whose own names share a word with the column's, by how much of both is shared. */
function alike({ words }: Attribute, { byWord }: FieldIndex): readonly (readonly [TargetField, number])[] {
  const given = new Set(words);
  const total = sum(given, weightOf);
  const fields = new Set([...given].flatMap((word) => byWord.get(word) ?? []));
  return [...fields].flatMap((field) => {
    const inField = [...given].filter((word) => field.weights.has(word));
    const ofColumn = sum(inField, weightOf) / total;
    const ofField =
      sum(inField, (word) => field.weights.get(word) ?? 0) /
      sum(field.weights.keys(), (word) => field.weights.get(word) ?? 0);
    const shared = (2 * ofColumn * ofField) / (ofColumn + ofField);
    return shared >= MIN_ALIKE ? [[field, ALIKE_SCORE * shared] as const] : [];
  });
}

/** Where values go whose column has a name that says nothing. */
const pathsOfKind: Readonly<Partial<Record<ValueKind, readonly string[]>>> = {
  email: ['personalEmail.address', 'workEmail.address'],
  phone: ['mobilePhone.number', 'workPhone.number', 'homePhone.number'],
};

function pathsByValues({ kind }: Attribute): readonly string[] {
  return kind === undefined ? [] : (pathsOfKind[kind] ?? []);
}

function judgedByValues(
  score: number,
  { kind, hasValues: isSampled }: Attribute,
  { wants }: TargetField,
): number {
  if (!isSampled) return score;
  if (wants !== undefined) {
    return kind === wants ? score + (1 - score) * AGREEMENT : score * CONTRADICTION;
  }
  const isTelling = kind === 'email' || kind === 'url' || kind === 'country-code';
  // Two letters may be a country or a state: text takes them, only less surely.
  return isTelling ? score * (kind === 'country-code' ? NEXT_PATH : CONTRADICTION) : score;
}

function canBePlanned(
  { source, field }: Candidate,
  columns: readonly SourceColumn[],
  target: ObjectNode,
): boolean {
  const mapping: MappingInput = { sourceType: 'ATTRIBUTE', source, destination: field.destination };
  return planMappings({ mappings: [mapping], columns, target }).ok;
}

/** The surest candidate of each column that fits and whose destination is not taken by a surer one. */
function assigned(
  candidates: readonly Candidate[],
  fits: (candidate: Candidate) => boolean,
): readonly SuggestedMapping[] {
  const sources = new Set<string>();
  const destinations = new Set<string>();
  const suggestions: SuggestedMapping[] = [];
  for (const candidate of candidates) {
    const { source, field, score } = candidate;
    const { destination } = field;
    if (sources.has(source) || destinations.has(destination) || !fits(candidate)) continue;
    sources.add(source);
    destinations.add(destination);
    suggestions.push({
      sourceType: 'ATTRIBUTE',
      source,
      destination,
      matchScore: Math.round(Math.min(score, 1) * 100) / 100,
    });
  }
  return suggestions;
}

function sum(words: Iterable<string>, weigh: (word: string) => number): number {
  let total = 0;
  for (const word of words) total += weigh(word);
  return total;
}

function isObject(type: SourceType): type is Extract<SourceType, { readonly kind: 'object' }> {
  return typeof type === 'object' && type.kind === 'object';
}

function memberOf(sample: unknown, name: string): unknown {
  return typeof sample === 'object' && sample !== null && Object.hasOwn(sample, name)
    ? Reflect.get(sample, name)
    : undefined;
}
