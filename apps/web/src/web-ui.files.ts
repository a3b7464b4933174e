import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { landedRows } from '../../../tests/landed-rows.ts';
import { flowNamed, overflowOf, pick, type WebUi } from './web-ui.test-kit.ts';

/* The way from files to rows in the lake as a person goes it, in the browser and on the server of the other tests. */

export function testFiles({ server, folder, open, signIn }: WebUi): void {
  test('lands files by a pattern, with the key that was chosen, on a phone in the dark', async () => {
    mkdirSync(join(folder, 'leads'));
    writeFileSync(join(folder, 'leads', 'a.csv'), 'id;full name\n01;Ada\n02;Bob\n');
    writeFileSync(join(folder, 'leads', 'b.csv'), 'id;full name\n02;Bert\n');
    const page = await open('/connections/new', {
      viewport: { width: 380, height: 800 },
      colorScheme: 'dark',
    });
    await signIn(page);
    await page.getByRole('radio', { name: 'Local folder' }).check();
    const save = page.getByRole('button', { name: 'Save and test' });
    await save.click();
    await page.getByText('Fill in: Folder').waitFor();
    const field = page.getByRole('textbox', { name: 'Folder' });
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill('leads');
    await save.click();
    await page.getByText(/^Must match pattern/).waitFor();
    await field.fill('/elsewhere');
    await save.click();
    await page.getByRole('alert').filter({ hasText: 'It is saved, but could not sign in' }).waitFor();
    await field.fill(folder);
    await save.click();

    await page.getByRole('button', { name: 'leads/' }).click();
    await page.getByRole('button', { name: 'a.csv' }).click();
    await page.getByRole('textbox', { name: 'Delimiter' }).fill(';');
    await page.getByRole('textbox', { name: 'Path' }).fill('/leads/*.csv');
    const preview = page.getByRole('table', { name: 'First 3 rows' });
    await preview.getByRole('columnheader', { name: 'full name', exact: true }).waitFor();
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole('button', { name: 'Land it with a flow' }).click();
    await page.getByRole('textbox', { name: 'Name of the flow' }).fill('Leads');
    await page.getByRole('radio', { name: 'Upsert' }).check();
    const create = page.getByRole('button', { name: 'Create and enable' });
    await create.click();
    await page.getByRole('alert').filter({ hasText: 'Choose the key columns' }).waitFor();
    await pick(page, 'Key columns', 'id');
    await page.keyboard.press('Escape');
    await pick(page, 'Changed columns', 'Add');
    expect(await overflowOf(page)).toBe(0);
    await create.click();
    await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor();
    const run = page.getByRole('list', { name: 'Runs' }).getByRole('listitem').first();
    await run.filter({ hasText: 'Succeeded' }).waitFor();

    const flow = await flowNamed(server, 'Leads');
    expect(flow).toMatchObject({
      state: 'enabled',
      options: { schemaDrift: 'add' },
      scheduleParams: { frequency: 'day', interval: 1 },
    });
    const { body: target } = await server.call(
      'GET',
      `/data/foundation/flowservice/targetConnections/${flow.targetConnectionIds[0]}`,
    );
    const rows = await landedRows(server, target.items[0].params.dataSetId);
    expect(rows).toHaveLength(2);
    // The newer file has taken the place of what the older one says of 02.
    expect(JSON.stringify(rows)).toMatch(/Ada.*Bert|Bert.*Ada/);
    await run.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Run of Leads' }).waitFor();
    expect(await overflowOf(page)).toBe(0);
  });
}
