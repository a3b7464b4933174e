import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWebUi, flowNamed, pick } from './web-ui.test-kit.ts';

/* Longer ways through the UI: to every source, through the life of a flow, to who is told of it. */

const FLOW_SERVICE = '/data/foundation/flowservice';

describeWebUi('the web UI knows every source and mode', ({ server, folder, open, signIn }) => {
  async function openPage(path: string): Promise<Page> {
    const page = await open(path);
    await signIn(page);
    return page;
  }

  test('asks for what each way to sign in at each source wants, and hides what is secret', async () => {
    const { body } = await server.call('GET', `${FLOW_SERVICE}/connectionSpecs`);
    const sources = body.items.filter(
      (spec: { attributes: { isSource: boolean } }) => spec.attributes.isSource,
    );
    const page = await openPage('/connections/new');
    await page.getByRole('radio', { name: 'SQLite' }).waitFor();
    for (const { attributes, authSpec } of sources) {
      await page.getByRole('radio', { name: attributes.connectorName, exact: true }).check();
      for (const [index, { name, spec }] of authSpec.entries()) {
        if (index > 0) await pick(page, 'Way to sign in', name);
        const shown = await page
          .locator('form [name]')
          .evaluateAll((fields) =>
            fields.map((field) => [
              field.getAttribute('name'),
              field.getAttribute('type') === 'password' || field.closest('.secret-lines') !== null,
            ]),
          );
        const wanted = Object.entries<{ format?: string }>(spec.properties).map(([key, property]) => [
          key,
          property.format === 'password',
        ]);
        expect(new Map(shown as [string, boolean][]), `${attributes.connectorName}, ${name}`).toEqual(
          new Map(wanted as [string, boolean][]),
        );
      }
    }
  });

  test('signs in after a mended password, drafts a mirror, publishes and changes it, and backfills a column', async () => {
    const { environmentUrl, username, password, securityToken } = server.demo ?? {};
    const page = await openPage('/connections/new');
    await page.getByRole('radio', { name: 'Salesforce' }).check();
    await page.getByLabel('Environment URL').fill(environmentUrl ?? '');
    await page.getByLabel('Username').fill(username ?? '');
    await page.getByLabel('Password').fill('wrong');
    await page.getByLabel('Security token').fill(securityToken ?? '');
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByRole('alert').filter({ hasText: 'could not sign in' }).waitFor();
    // The others are kept as they were.
    await page.getByLabel('Security token').fill('');
    await page.getByLabel('Password').fill(password ?? '');
    await page.getByRole('button', { name: 'Save and test' }).click();

    await page.getByRole('searchbox', { name: 'Find' }).fill('cont');
    await page.getByRole('button', { name: 'Contact', exact: true }).click();
    await page.getByRole('definition').filter({ hasText: 'SystemModstamp' }).waitFor();
    await page.getByRole('button', { name: 'Land it with a flow' }).click();
    await page.getByRole('textbox', { name: 'Name of the flow' }).fill('Mirrored');
    await page.getByRole('textbox', { name: 'Title of the schema' }).fill('Mirrored');
    await page.getByRole('radio', { name: 'Mirror' }).check();
    await page.getByRole('button', { name: 'Save as a draft' }).click();
    await page.getByRole('button', { name: 'Publish' }).click();
    const runs = page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await runs.first().filter({ hasText: 'Succeeded' }).waitFor();

    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await pick(page, 'How often', 'Every so many minutes');
    await interval(page, '5');
    await page
      .getByText(/must be >= 15/i)
      .first()
      .waitFor();
    await interval(page, '30');
    await page.getByRole('definition').filter({ hasText: 'Every 30 minutes' }).waitFor();

    const before = await runs.count();
    await page.getByRole('button', { name: 'Run otherwise…' }).click();
    await pick(page, 'Columns to read again', 'Email');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await runs.nth(before).waitFor();
    await runs.first().filter({ hasText: 'Succeeded' }).waitFor();
    await runs.first().getByRole('link').click();
    await page
      .getByRole('definition')
      .filter({ hasText: /^Email$/ })
      .waitFor();
    await page.getByRole('table', { name: 'Partitions' }).waitFor();
    const flow = await flowNamed(server, 'Mirrored');
    expect(flow).toMatchObject({
      state: 'enabled',
      scheduleParams: { frequency: 'minute', interval: 30 },
    });

    await page.getByRole('link', { name: 'Mirrored' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Flows' }).waitFor();
    const [sourceConnectionId] = flow.sourceConnectionIds;
    const gone = await server.call('GET', `${FLOW_SERVICE}/sourceConnections/${sourceConnectionId}`);
    expect(gone.status).toBe(404);
  });

  test('accepts columns that have changed, and tries files again that were held back', async () => {
    const inbox = join(folder, 'orders');
    mkdirSync(inbox);
    writeFileSync(join(inbox, 'a.csv'), 'id,name\n1,Ada\n');
    const page = await openPage('/connections/new');
    await page.getByRole('radio', { name: 'Local folder' }).check();
    await page.getByRole('textbox', { name: 'Folder' }).fill(inbox);
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByRole('button', { name: 'a.csv' }).click();
    const delimiter = page.getByRole('textbox', { name: 'Delimiter' });
    await delimiter.waitFor();
    await pick(page, 'Format', 'Json');
    await delimiter.waitFor({ state: 'detached' });
    await pick(page, 'Format', 'Delimited');
    await page.getByRole('textbox', { name: 'Path' }).fill('/*.csv*');
    await page.getByRole('button', { name: 'Land it with a flow' }).click();
    await page.getByRole('textbox', { name: 'Name of the flow' }).fill('Orders');
    await pick(page, 'Changed columns', 'Fail');
    await page.getByRole('textbox', { name: /^Bad file limit/ }).waitFor();
    await page.getByRole('button', { name: 'Create and enable' }).click();
    const runs = page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await runs.first().filter({ hasText: 'Succeeded' }).waitFor();
    const runNow = page.getByRole('button', { name: 'Run now' });

    writeFileSync(join(inbox, 'b.csv'), 'id,name,region\n2,Bob,EU\n');
    await runNow.click();
    await runs.first().filter({ hasText: 'SCHEMA_DRIFT_REFUSED' }).waitFor();
    await runs.first().getByRole('button', { name: 'Accept the columns and run' }).click();
    await runs.nth(2).waitFor();
    await runs.first().filter({ hasText: 'Succeeded' }).waitFor();

    writeFileSync(join(inbox, 'c.csv'), 'id,name,region\n3,Cyd,US\n');
    writeFileSync(join(inbox, 'd.csv.gz'), gzipSync('id,name,region\n4,Dan,US\n').fill(7, 12, 20));
    await runNow.click();
    await runs.first().filter({ hasText: 'Partly succeeded' }).waitFor();
    await runNow.click();
    await runs.nth(4).waitFor();
    await runs
      .first()
      .filter({ hasText: /^Succeeded/ })
      .waitFor();
    await runs.first().getByRole('link').click();
    const heading = page.getByRole('heading', { level: 1, name: 'Run of Orders' });
    await heading.waitFor();
    const held = page.getByRole('table', { name: 'Files held back' }).locator('tbody tr');
    // By the run before, to which a link leads.
    await held.filter({ hasText: '/d.csv.gz' }).getByRole('link').click();
    await page.getByRole('table', { name: 'Partitions' }).filter({ hasText: '/c.csv' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Try held-back files again' }).click();
    await page.getByRole('status').filter({ hasText: 'Failed' }).waitFor();
    // By this run.
    await held
      .filter({ hasText: '/d.csv.gz' })
      .filter({ hasNot: page.getByRole('link') })
      .waitFor();
    const [newest] = (await server.call('GET', `${FLOW_SERVICE}/runs?limit=1&orderby=-createdAt`)).body.items;
    expect(page.url()).toContain(newest.id);

    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByRole('button', { name: 'Run otherwise…' }).click();
    await page.getByRole('radio', { name: 'Try held-back files again' }).check();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await runs.nth(6).waitFor();
    await runs
      .first()
      .filter({ hasText: /^Failed/ })
      .waitFor();
  });

  test('tells of a webhook its secret once, and what it was told', async () => {
    const page = await openPage('/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('ops');
    await page.getByRole('textbox', { name: 'Address' }).fill(`${server.url}/nobody-listens-here`);
    await page.getByRole('button', { name: 'Save' }).click();
    const secret = page.getByRole('alert').filter({ hasText: 'whsec_' });
    await secret.waitFor();
    await page.getByRole('link', { name: 'ops' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    const log = page.getByRole('table', { name: 'Deliveries' });
    await log
      .getByRole('row')
      .filter({ hasText: 'io.tributary.webhook.tested.v1' })
      .filter({ hasText: '404' })
      .waitFor();
    expect(await secret.count()).toBe(0);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no webhooks yet').waitFor();
  });
});

async function interval(page: Page, minutes: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Number of minutes/ }).fill(minutes);
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}
