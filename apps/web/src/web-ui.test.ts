import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type Walk, walkTutorial } from '../../../tests/tutorial.ts';
import { testFiles } from './web-ui.files.ts';
import { testMappingLanguage } from './web-ui.mapping-language.ts';
import { CONTACTS, describeWebUi } from './web-ui.test-kit.ts';

/* The built UI, served by a whole Tributary with its demo CRM, as a person uses it in a browser. */

const SCHEMA_TITLE = 'Contacts for the web UI';
const FLOW_NAME = 'Dataflow between a CRM system and Platform';

describeWebUi('the web UI', (webUi) => {
  const { server, open, signIn } = webUi;
  let walk: Walk;

  beforeAll(async () => {
    walk = await walkTutorial(server, SCHEMA_TITLE);
    await server.runsEnded(walk.flowId, 1);
  });

  /** The tutorial names every flow alike. */
  async function rename(flowId: string, name: string): Promise<void> {
    const renamed = await server.call('PATCH', `/data/foundation/flowservice/flows/${flowId}`, {
      body: [{ op: 'replace', path: '/name', value: name }],
      headers: { 'if-match': await etagOf(flowId) },
    });
    expect(renamed.status).toBe(200);
  }

  async function etagOf(flowId: string): Promise<string> {
    const { body } = await server.call('GET', `/data/foundation/flowservice/flows/${flowId}`);
    return body.items[0].etag;
  }

  function heading(page: Page, name: string): Promise<void> {
    return page.getByRole('heading', { level: 1, name }).waitFor();
  }

  test('refuses a wrong secret in words, and keeps nothing of it', async () => {
    const page = await open('/');
    await signIn(page, { secret: 'wrong' });
    await page.getByRole('alert').filter({ hasText: 'client_secret is wrong' }).waitFor();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage) + JSON.stringify(localStorage))).toBe(
      '{}{}',
    );
  });

  test('says which sandbox does not exist', async () => {
    const page = await open('/');
    await signIn(page, { sandbox: 'nowhere' });
    await page.getByRole('alert').filter({ hasText: "'nowhere'" }).waitFor();
  });

  test('keeps the token for the tab alone, never the secret, and forgets it at sign-out', async () => {
    const page = await open('/');
    await signIn(page);
    await heading(page, 'Flows');
    const stored = () =>
      page.evaluate(() => JSON.stringify({ session: { ...sessionStorage }, local: { ...localStorage } }));
    expect(await stored()).toContain('accessToken');
    expect(await stored()).not.toContain(server.clientSecret);
    await page.reload();
    await heading(page, 'Flows');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    expect(await stored()).toBe('{"session":{},"local":{}}');
  });

  test('lists the flow with its source, its schedule and how its last run went', async () => {
    const page = await open('/');
    await signIn(page);
    const row = page.getByRole('row').filter({ hasText: FLOW_NAME });
    await row.waitFor();
    const cells = await row.locator('th, td').allInnerTexts();
    expect(cells.slice(0, 5)).toEqual([
      FLOW_NAME,
      'Enabled',
      'Contact (Salesforce)',
      'Every 30 minutes',
      'Succeeded',
    ]);
    expect(cells.at(-1)).toBe(String(CONTACTS));
  });

  test('shows one flow, runs it on demand and follows the run to its end', async () => {
    const page = await open('/');
    await signIn(page);
    await page.getByRole('link', { name: FLOW_NAME }).click();
    await heading(page, FLOW_NAME);
    expect(new URL(page.url()).pathname).toBe(`/flows/${walk.flowId}`);
    const runs = page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await runs.first().waitFor();
    expect(await runs.count()).toBe(1);
    const [status, , , recordsIn, recordsOut, failed] = await runs
      .first()
      .locator('th, td')
      .allTextContents();
    expect([status, recordsIn, recordsOut, failed]).toEqual(['Succeeded', `${CONTACTS}`, `${CONTACTS}`, '0']);

    await page.getByRole('button', { name: 'Run now' }).click();
    await runs.nth(1).waitFor();
    await runs.first().filter({ hasText: 'Succeeded' }).waitFor();
    expect((await server.runsEnded(walk.flowId, 2)).metrics.statusSummary.status).toBe('success');
  });

  test('shows the rows that landed, as flat XDM paths, and where their table lies', async () => {
    const page = await open(`/flows/${walk.flowId}`);
    await signIn(page);
    const rows = page.getByRole('table', { name: 'First 20 rows' });
    await rows.waitFor();
    const titles = await rows.getByRole('columnheader').allInnerTexts();
    expect(titles.toSorted()).toEqual([
      'Row',
      'person.name.firstName',
      'person.name.lastName',
      'personalEmail.address',
    ]);
    const emailColumn = titles.indexOf('personalEmail.address');
    const shown = await rows
      .locator('tbody tr')
      .evaluateAll(
        (all, column) => all.map((row) => row.children[column]?.textContent).filter((text) => text !== ''),
        emailColumn,
      );
    const contacts = await server.emulator('GET', '/rows?object=Contact');
    const emails = new Set(contacts.map((contact: { Email: string | null }) => contact.Email));
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((email) => !emails.has(email))).toEqual([]);

    const { body } = await server.call('GET', `/data/foundation/catalog/dataSets/${walk.dataSetId}`);
    const { tableLocation, metadataLocation } = body[walk.dataSetId].extensions.tributary;
    await page.getByText(tableLocation, { exact: true }).waitFor();
    await page.getByText(metadataLocation, { exact: true }).waitFor();
  });

  test('shows with code and message what went wrong in a run', async () => {
    await server.emulator('POST', '/mutate', {
      object: 'Contact',
      update: 10,
      set: { Birthdate: 'next spring' },
    });
    const { flowId } = await walkTutorial(server, 'Birthdays for the web UI', {
      mappings: [['Birthdate', 'person.birthDate']],
    });
    await rename(flowId, 'Birthdays');
    await server.runsEnded(flowId, 1);
    const page = await open(`/flows/${flowId}`);
    await signIn(page);
    const run = page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await run.filter({ hasText: 'Partly succeeded' }).waitFor();
    const errors = await run.getByRole('listitem').allTextContents();
    expect(errors.join('\n')).toMatch(/^INGEST-1212-400 .*10 rows/);
    await run.getByRole('link').click();
    const rejected = page.getByRole('table', { name: 'Rejected rows' }).locator('tbody tr');
    await rejected.filter({ hasText: 'next spring' }).first().waitFor();
    expect(await rejected.count()).toBe(10);
  });

  test.each([
    ['markup', '"><img src=x onerror="document.title=1"><script>document.title=2</script>'],
    ['a word without end', 'Landing'.repeat(60)],
    ['right to left', 'جهات الاتصال 2026 CRM'],
    ['ideographs', '顧客データを毎日取り込むための非常に長い名前のフロー'.repeat(6)],
  ])('shows a name of %s as the text it is, and all that stands beside it', async (kind, name) => {
    const { flowId, dataSetId } = await walkTutorial(server, `Named with ${kind}`);
    await rename(flowId, name);
    const dataSet = `/data/foundation/catalog/dataSets/${dataSetId}`;
    expect((await server.call('PATCH', dataSet, { body: { name } })).status).toBe(200);
    await server.runsEnded(flowId, 1);
    const page = await open('/');
    await signIn(page);
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    const last = await row.locator('td').last().boundingBox();
    expect(last && last.x + last.width).toBeLessThanOrEqual(1280);
    await row.getByRole('link').click();
    await heading(page, name);
    await page.getByRole('definition').filter({ hasText: name }).waitFor();
    expect(await page.title()).toBe(`${name} – Tributary`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
    await server.call('DELETE', `/data/foundation/flowservice/flows/${flowId}`, {
      headers: { 'if-match': await etagOf(flowId) },
    });
  });

  test('cancels a run, runs it again, and shows what a run has to tell', async () => {
    const startTime = Math.floor(Date.now() / 1000) + 3600;
    const params = { startTime, windowStartTime: 1, windowEndTime: startTime };
    const asked = { body: { flowId: walk.flowId, params } };
    expect((await server.call('POST', '/data/foundation/flowservice/runs', asked)).status).toBe(201);
    const page = await open(`/flows/${walk.flowId}`);
    await signIn(page);
    const newest = page.getByRole('table', { name: 'Runs' }).locator('tbody tr').first();
    await newest.filter({ hasText: 'Queued for' }).waitFor();
    await newest.getByRole('button', { name: 'Cancel' }).click();
    await newest.filter({ hasText: 'Cancelled' }).waitFor();
    await newest.getByRole('button', { name: 'Run again' }).click();
    await newest.filter({ hasText: 'Succeeded' }).waitFor();
    await newest.getByRole('listitem').filter({ hasText: 'WINDOW_REQUESTED' }).waitFor();
  });

  test('turns a flow off and on again', async () => {
    const page = await open(`/flows/${walk.flowId}`);
    await signIn(page);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    expect(await page.getByRole('button', { name: 'Run now' }).isDisabled()).toBe(true);
    const state = async () =>
      (await server.call('GET', `/data/foundation/flowservice/flows/${walk.flowId}`)).body.items[0].state;
    expect(await state()).toBe('disabled');
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Disable' }).waitFor();
    expect(await state()).toBe('enabled');
  });

  test('tells the first step where there are no flows yet', async () => {
    const created = await server.call('POST', '/data/foundation/sandbox-management/sandboxes', {
      body: { name: 'empty', title: 'Empty', type: 'development' },
    });
    expect(created.status).toBeLessThan(300);
    const page = await open('/');
    await signIn(page, { sandbox: 'empty' });
    await page.getByRole('heading', { name: 'There are no flows yet' }).waitFor();
    expect(await page.getByRole('main').textContent()).toContain('npm run demo');
    expect(await page.getByRole('link', { name: 'API reference' }).getAttribute('href')).toBe('/docs');
  });

  test('says in the server’s words that a flow does not exist', async () => {
    const page = await open('/flows/3a7c2b1e-0000-4000-8000-000000000000');
    await signIn(page);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('3a7c2b1e-0000-4000-8000-000000000000');
  });

  test('asks for a new sign-in when the token no longer holds, and returns to the page', async () => {
    const page = await open(`/flows/${walk.flowId}`);
    await signIn(page);
    await heading(page, FLOW_NAME);
    await page.evaluate(() => {
      const key = Object.keys(sessionStorage)[0] ?? '';
      const session = JSON.parse(sessionStorage.getItem(key) ?? '{}');
      sessionStorage.setItem(key, JSON.stringify({ ...session, accessToken: 'expired' }));
    });
    await page.reload();
    await page.getByText('Your session has ended').waitFor();
    expect(await page.getByLabel('Client ID').inputValue()).toBe(server.clientId);
    await signIn(page);
    await heading(page, FLOW_NAME);
  });

  test('can be used with the keyboard alone', async () => {
    const page = await open('/');
    await page.getByLabel('Client ID').focus();
    for (const text of [server.clientId, server.clientSecret, server.orgId]) {
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: FLOW_NAME }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    for (let tabs = 0; tabs < 10 && (await focused()) !== FLOW_NAME; tabs += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, FLOW_NAME);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.tagName), { timeout: 30_000 })
      .toBe('H1');
    expect(await page.title()).toContain(FLOW_NAME);
  });

  test.each(['light', 'dark'] as const)('fits a phone, in %s', async (colorScheme) => {
    const page = await open('/', {
      viewport: { width: 390, height: 844 },
      colorScheme,
      hasTouch: true,
      isMobile: true,
    });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    const brightness = () =>
      page.evaluate(() => {
        const [red = 0] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? [];
        return Number(red);
      });
    expect((await brightness()) > 128).toBe(colorScheme === 'light');
    expect(await overflow()).toBe(0);
    await signIn(page);
    await page.getByRole('listitem').filter({ hasText: FLOW_NAME }).waitFor();
    expect(await overflow()).toBe(0);
    await page.getByRole('link', { name: FLOW_NAME }).click();
    await page.getByRole('table', { name: 'First 20 rows' }).waitFor();
    expect(await overflow()).toBe(0);
  });

  testFiles(webUi);
  testMappingLanguage(webUi, SCHEMA_TITLE);
});
