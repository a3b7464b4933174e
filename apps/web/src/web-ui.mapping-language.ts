import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { WebUi } from './web-ui.test-kit.ts';

/* What a person does on the page of the mapping language, in the browser and on the server of the other tests. */

const PATH = '/mapping-language';

/** `schemaTitle` is that of a schema of persons in the sandbox. */
export function testMappingLanguage({ server, open, signIn }: WebUi, schemaTitle: string): void {
  async function openPage(options?: BrowserContextOptions): Promise<Page> {
    const page = await open(PATH, options);
    await signIn(page);
    await expressionOf(page).waitFor();
    return page;
  }

  test('lists every function and operator that the server has, and finds them by words', async () => {
    const listed = await server.call('GET', '/data/foundation/conversion/languages/el/functions');
    const names = listed.body.map((each: { function: string }) => each.function);
    const page = await openPage();
    const shown = await page.locator('li code:first-child').allInnerTexts();
    const shownNames = new Set(shown.flatMap((text) => text.split(', ')));
    expect(names.filter((name: string) => !shownNames.has(name))).toEqual([]);

    await page.getByRole('searchbox', { name: 'Search' }).fill('ucase');
    await page.getByText('1 function, 0 operators').waitFor();
    const entry = page.getByRole('list', { name: 'String' }).getByRole('listitem');
    const text = (await entry.innerText()).replaceAll(/\s+/g, ' ');
    for (const part of [
      'upper also ucase',
      'String upper(text)',
      'Null for a null',
      'upper("HeLLo") → "HELLO"',
    ]) {
      expect(text).toContain(part);
    }
    await page.getByRole('searchbox', { name: 'Search' }).fill('no such thing');
    await page.getByText('Nothing has “no such thing” in it').waitFor();
  });

  test('writes an expression by its completions, with the keyboard alone, and shows what it makes of the row', async () => {
    const page = await openPage();
    const field = expressionOf(page);
    await field.fill('');
    await field.press('ArrowDown');
    await field.press('Escape');
    expect(await field.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.type('ucas');
    expect(await activeOption(page, field)).toContain('ucase');
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('ucase()');
    await page.keyboard.type('nam');
    expect(await activeOption(page, field)).toContain('FirstName');
    await page.keyboard.press('ArrowDown');
    expect(await activeOption(page, field)).toContain('LastName');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    expect(await field.inputValue()).toBe('ucase(FirstName)');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await resultOf(page).filter({ hasText: '"ADA"' }).waitFor();

    // Without a list Tab goes on, to the row.
    await page.keyboard.press('Tab');
    const row = page.getByLabel('Sample row, as JSON');
    expect(await row.evaluate((element) => element === document.activeElement)).toBe(true);
    await row.fill('{"FirstName": "Grace"}');
    await resultOf(page).filter({ hasText: '"GRACE"' }).waitFor();
  });

  test('tells all errors of an expression with their places, and mends one', async () => {
    const page = await openPage();
    const field = expressionOf(page);
    await field.fill('uper(FirstNme)');
    const errors = page.getByRole('list', { name: 'Errors of the expression' }).getByRole('listitem');
    await errors.nth(1).waitFor();
    const texts = (await errors.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
    expect(texts[0]).toMatch(/^Line 1, column 1 .*"uper".*Use upper$/);
    expect(texts[1]).toMatch(/^Line 1, column 6 .*"FirstNme".*Use FirstName$/);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Use upper' }).click();
    expect(await field.inputValue()).toBe('upper(FirstNme)');
    await page.getByRole('button', { name: 'Use FirstName' }).click();
    await resultOf(page).filter({ hasText: '"ADA"' }).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('false');
  });

  test('says why there is no value: of the row, of the field, of the mapping', async () => {
    const page = await openPage();
    const row = page.getByLabel('Sample row, as JSON');
    await row.fill('[1]');
    await page.getByText('A row is one JSON object').waitFor();
    await row.fill('{"FirstName": "Ada"');
    await page.getByText('This is not JSON yet').waitFor();
    await row.fill('{"FirstName": "Ada"}');
    await expressionOf(page).fill('to_integer(FirstName)');
    await page.getByRole('alert').filter({ hasText: 'MAPPER-3700-400' }).waitFor();
    await fieldOf(page).fill('person.name.nothing');
    await page
      .getByRole('alert')
      .filter({ hasText: /The mapping is not possible.*nothing/s })
      .waitFor();
    await page.getByText('Not possible', { exact: true }).waitFor();
  });

  test('maps to the schema and the field that are picked', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Schema', exact: false }).press('Enter');
    await pick(page.getByRole('option', { name: schemaTitle, exact: true }));
    const field = fieldOf(page);
    await field.fill('lastName');
    expect(await activeOption(page, field)).toContain('person.name.lastName');
    await page.getByRole('option', { name: /^person\.name\.lastName/ }).click();
    await resultOf(page)
      .filter({ hasText: /"lastName": "ADA Lovelace"/ })
      .waitFor();
  });

  test('tries the example of a function', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Try the example of trim' }).click();
    await resultOf(page).filter({ hasText: '"hello"' }).waitFor();
    expect(await expressionOf(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('checks expressions in a sandbox without schemas, too', async () => {
    const created = await server.call('POST', '/data/foundation/sandbox-management/sandboxes', {
      body: { name: 'without-schemas', title: 'Without schemas', type: 'development' },
    });
    expect(created.status).toBeLessThan(300);
    const page = await open(PATH);
    await signIn(page, { sandbox: 'without-schemas' });
    await page.getByText('There is no schema in this sandbox yet').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /^Valid$/ })
      .waitFor();
  });

  test('says when the server does not answer, and gets over it', async () => {
    const page = await open('/');
    await signIn(page);
    await page.route('**/languages/el/functions', (route) => route.abort());
    await page.getByRole('link', { name: 'Mapping language' }).click();
    await page.getByRole('alert').filter({ hasText: 'The server does not answer' }).waitFor();
    await page.unroute('**/languages/el/functions');
    // It tries again by itself after a while, and at once when somebody comes back to the page.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expressionOf(page).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'fits 360 pixels, in %s, without a word in the console',
    async (colorScheme) => {
      const page = await open(PATH, { viewport: { width: 360, height: 780 }, colorScheme });
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await signIn(page);
      await resultOf(page).filter({ hasText: 'ADA Lovelace' }).waitFor();
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(await overflow()).toBe(0);
      await expressionOf(page).fill('a');
      await page.getByRole('listbox').waitFor();
      expect(await overflow()).toBe(0);
      expect(said).toEqual([]);
    },
  );
}

/** Picks from an open list. One that is drawn anew under the pointer, because what it offers has just come, stays open. */
async function pick(option: Locator): Promise<void> {
  await option.click();
  const isClosed = () =>
    option.waitFor({ state: 'hidden', timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  while (!(await isClosed())) await option.click({ timeout: 2_000 }).catch(() => undefined);
}

function expressionOf(page: Page): Locator {
  return page.getByRole('combobox', { name: 'Expression' });
}

function fieldOf(page: Page): Locator {
  return page.getByRole('combobox', { name: 'Field of the schema' });
}

function resultOf(page: Page): Locator {
  return page.getByRole('region', { name: 'The mapped document' });
}

/** The text of the option that the field names as the active one, as a screen reader follows it. */
async function activeOption(page: Page, field: Locator): Promise<string> {
  await page.getByRole('listbox', { name: /^Completions/ }).waitFor();
  const id = await field.getAttribute('aria-activedescendant');
  const option = page.locator(`[id="${id}"][role="option"][aria-selected="true"]`);
  return option.innerText();
}
