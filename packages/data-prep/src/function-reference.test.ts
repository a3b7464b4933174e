import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionReference } from './function-reference.ts';
import { functionTable } from './functions/table.ts';

const file = new URL('../../../docs/data-prep-functions.md', import.meta.url);

test('docs/data-prep-functions.md is what the table of functions gives', () => {
  const mend = 'run: node packages/data-prep/write-function-reference.ts';
  expect(readFileSync(file, 'utf8'), mend).toBe(functionReference());
});

test('every function has a section, and each link of the contents leads to one', () => {
  const reference = functionReference();
  const headings = [...reference.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
  const links = [...reference.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(headings.toSorted()).toEqual(functionTable.map(({ name }) => name).toSorted());
  expect(links).toEqual(headings.map((name = '') => name.toLowerCase()));
});
