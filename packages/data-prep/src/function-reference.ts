import { syntaxOf } from './check-calls.ts';
import type { FunctionCategory, FunctionEntry, Parameter } from './functions/entry.ts';
import { functionTable, unavailableFunctions } from './functions/table.ts';
import { listOperators } from './records.ts';

/**
 * The reference of the mapping language's functions and operators, as Markdown. It is made of the table that validation
 * and runs use, so that it tells what they do.
 */
export function functionReference(): string {
  const categories = [...new Set(functionTable.map(({ category }) => category))];
  return [
    '# Functions of the mapping language',
    INTRODUCTION,
    categories.map(contentsOf).join('\n'),
    ...categories.flatMap((category) => [
      `## ${category}`,
      ...entriesOf(category).flatMap((entry) => sectionOf(entry)),
    ]),
    '## Operators',
    operatorTable(),
    ...unavailable(),
    '',
  ].join('\n\n');
}

const INTRODUCTION = [
  'What a mapping of source type `EXPRESSION` may call. `GET /data/foundation/conversion/languages/el/functions` answers',
  'the same list. A failing call rejects its row, and the diagnostics of the run tell which value it was.',
  '',
  '<!-- Made of the table of functions by packages/data-prep/write-function-reference.ts; do not edit. -->',
].join('\n');

function entriesOf(category: FunctionCategory): readonly FunctionEntry[] {
  return functionTable.filter((entry) => entry.category === category);
}

function contentsOf(category: FunctionCategory): string {
  const names = entriesOf(category).map(({ name }) => `[${name}](#${anchorOf(name)})`);
  return `- ${category}: ${names.join(', ')}`;
}

/** As GitHub and its like make anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\d_ -]/gu, '')
    .replaceAll(' ', '-');
}

function sectionOf(entry: FunctionEntry): readonly string[] {
  const { name, aliases, parameters, returnType, description, nulls, example } = entry;
  const also = aliases.length === 0 ? '' : ` Also called ${aliases.map(code).join(', ')}.`;
  return [
    `### ${name}`,
    `${code(syntaxOf(entry))} gives ${returnType === 'any' ? 'any type' : returnType}.${also}`,
    `${text(description)} ${text(nulls)}`,
    ...(parameters.length === 0 ? [] : [table(['parameter', 'type', ''], parameters.map(parameterRow))]),
    `${code(example.expression)} gives ${code(example.result)}`,
  ];
}

function parameterRow(parameter: Parameter): readonly string[] {
  const { name, type, description, optional, repeated } = parameter;
  const count = repeated === true ? ', any number' : optional === true ? ', optional' : '';
  return [code(name), `${type}${count}`, text(description)];
}

function operatorTable(): string {
  return table(
    ['operator', 'operands', 'meaning', 'example'],
    listOperators().map(({ operatorSymbol, numberOfOperands, description, example }) => [
      code(operatorSymbol),
      String(numberOfOperands),
      text(description),
      code(example),
    ]),
  );
}

function unavailable(): readonly string[] {
  if (unavailableFunctions.size === 0) return [];
  return [
    '## Not available',
    'Functions that the platform has and that a run refuses here.',
    table(
      ['function', 'why'],
      Array.from(unavailableFunctions, ([name, reason]) => [code(name), text(reason)]),
    ),
  ];
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that may hold backquotes is fenced by more of them than it holds. */
function code(content: string): string {
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${content}${fence}` : `${fence} ${content} ${fence}`;
}

/** What Markdown would read as markup is written after a backslash. */
function text(content: string): string {
  return content.replaceAll(/[\\<>*_[\]]/g, '\\$&');
}
