import { listAt, numberAt, textAt, valueAt } from '../json.ts';
import { type Row, required } from './answers.ts';
import { type Call, jsonBody } from './http.ts';
import type { Memory } from './memory.ts';
import { NEWEST_OF_VERSION_1 } from './schemas.ts';

const CONVERSION = '/data/foundation/conversion';

/** A function of the mapping language, with all of its names. */
export interface LanguageFunction {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Such as `Hierarchies - Arrays`. */
  readonly category: string;
  /** With its return type, such as `String upper(text)`. */
  readonly syntax: string;
  readonly summary: string;
  /** What a null argument does. */
  readonly nulls: string;
  readonly takesArguments: boolean;
  readonly example: string;
  readonly result: string;
}

export interface LanguageOperator {
  readonly symbol: string;
  readonly description: string;
  readonly example: string;
}

export interface Language {
  readonly functions: readonly LanguageFunction[];
  readonly operators: readonly LanguageOperator[];
}

/** One thing that is wrong with an expression. */
export interface ExpressionError {
  readonly code: string;
  /** Says what was expected, too. */
  readonly message: string;
  /** From 0; line and column from 1. All count UTF-16 units. */
  readonly position: {
    readonly offset: number;
    readonly length: number;
    readonly line: number;
    readonly column: number;
  };
  /** What may have been meant, instead of what stands at the position. */
  readonly suggestions: readonly string[];
}

/** What is wrong with a mapping, or with what it made of a row. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** What the mapping made of one row. */
export interface PreviewedRow {
  readonly document: unknown;
  readonly errors: readonly Fault[];
}

/** What an expression makes of a row, at a field of a schema. */
export interface Trial {
  readonly expression: string;
  readonly row: Row;
  readonly schemaId: string;
  readonly destination: string;
}

/** The mapping language, to be looked up and tried. */
export interface MappingLanguage {
  /** Its functions and operators. */
  vocabulary(): Promise<Language>;
  /** All that is wrong with an expression over rows such as this one. */
  expressionErrors(expression: string, row: Row): Promise<readonly ExpressionError[]>;
  /** Why the value of an expression cannot go to its field. */
  mappingErrors(trial: Trial): Promise<readonly Fault[]>;
  preview(trial: Trial): Promise<PreviewedRow>;
}

export function createMappingLanguage(call: Call, remember: Memory): MappingLanguage {
  const conversion = (path: string, body?: unknown) =>
    call(`${CONVERSION}${path}`, body === undefined ? {} : jsonBody(body));
  return {
    vocabulary: () =>
      remember('language', async () => {
        const [functions, operators] = await Promise.all([
          conversion('/languages/el/functions'),
          conversion('/languages/el/operators'),
        ]);
        return { functions: parseFunctions(functions), operators: listAt(operators).map(parseOperator) };
      }),
    async expressionErrors(expression, row) {
      const body = { expression, sampleData: JSON.stringify(row), sampleDataType: 'json' };
      return listAt(await conversion('/languages/el/validate', body), 'errors').map(parseExpressionError);
    },
    async mappingErrors(trial) {
      const answer = await conversion('/mappingSets/validate', mappingSetOf(trial));
      // Later entries tell of fields that no mapping fills, as one mapping alone hardly could.
      return listAt(answer, 'validationResponse', 0, 'errors').map(parseFault);
    },
    async preview(trial) {
      const body = { data: [trial.row], mappingSet: mappingSetOf(trial) };
      const answer = await conversion('/mappingSets/preview', body);
      return parsePreviewedRow(required(listAt(answer)[0], 'previewed row'));
    },
  };
}

function mappingSetOf({ expression, schemaId, destination }: Trial) {
  return {
    outputSchema: { schemaRef: { id: schemaId, contentType: NEWEST_OF_VERSION_1 } },
    mappings: [{ sourceType: 'EXPRESSION', source: expression, destination }],
  };
}

/** The list names each function once under each of its names, the main one first. */
export function parseFunctions(body: unknown): readonly LanguageFunction[] {
  const functions = new Map<string, LanguageFunction>();
  for (const item of listAt(body)) {
    const parsed = parseFunction(item);
    const key = JSON.stringify([parsed.category, parsed.summary, parsed.nulls, parsed.example]);
    const known = functions.get(key);
    functions.set(key, known ? { ...known, aliases: [...known.aliases, parsed.name] } : parsed);
  }
  return [...functions.values()];
}

function parseFunction(item: unknown): LanguageFunction {
  const description = textAt(item, 'description') ?? '';
  const summary = textAt(item, 'returns') ?? description;
  return {
    name: required(textAt(item, 'function'), 'name of a function'),
    aliases: [],
    category: textAt(item, 'category') ?? 'Other',
    syntax: required(textAt(item, 'syntax'), 'syntax of a function'),
    summary,
    // The description is the summary, and then what null does.
    nulls: description.startsWith(summary) ? description.slice(summary.length).trim() : description,
    takesArguments: listAt(item, 'params').length > 0,
    example: textAt(item, 'example') ?? '',
    result: textAt(item, 'result') ?? '',
  };
}

export function parseOperator(item: unknown): LanguageOperator {
  return {
    symbol: required(textAt(item, 'operatorSymbol'), 'symbol of an operator'),
    description: textAt(item, 'description') ?? '',
    example: textAt(item, 'example') ?? '',
  };
}

export function parseExpressionError(item: unknown): ExpressionError {
  const position = valueAt(item, 'position');
  return {
    code: textAt(item, 'code') ?? 'no code',
    message: textAt(item, 'message') ?? 'no message',
    position: {
      offset: numberAt(position, 'offset') ?? 0,
      length: numberAt(position, 'length') ?? 0,
      line: numberAt(position, 'line') ?? 1,
      column: numberAt(position, 'column') ?? 1,
    },
    suggestions: listAt(item, 'suggestions').filter((text) => typeof text === 'string'),
  };
}

function parseFault(item: unknown): Fault {
  return {
    code: textAt(item, 'code') ?? 'no code',
    message: textAt(item, 'exception') ?? 'no message',
  };
}

export function parsePreviewedRow(item: unknown): PreviewedRow {
  return { document: valueAt(item, 'data'), errors: listAt(item, 'errors').map(parseFault) };
}
