import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type Answer, ServerUnderTest } from '../../../tests/server-under-test.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const BUILT_PAGE = fileURLToPath(new URL('../dist/index.html', import.meta.url));
const OUTSIDE_SOURCE = fileURLToPath(new URL('../../../examples/sqlite-source/source.ts', import.meta.url));
export const CONTACTS = 300;
const WAIT_MS = 30_000;

// In CI a browser that is missing is a failure, elsewhere a reason to skip.
const isSkipped = !existsSync(CHROMIUM) && !process.env.CI;

/** The built UI, served by a whole Tributary with its demo CRM and a source from outside, in a browser. */
export interface WebUi {
  readonly server: ServerUnderTest;
  /** A folder that the server may read files from. */
  readonly folder: string;
  /** A page in a browser that nobody has signed in with. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  signIn(page: Page, options?: { readonly secret?: string; readonly sandbox?: string }): Promise<void>;
}

/**
 * Describes the UI by tests, in none of which a page may break its own policy, throw, or call anyone but its
 * server.
 */
export function describeWebUi(title: string, describeIt: (webUi: WebUi) => void): void {
  describe.skipIf(isSkipped)(`${title}${isSkipped ? ` (there is no browser at ${CHROMIUM})` : ''}`, () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-web-ui-')));
    const server = new ServerUnderTest({
      TRIBUTARY_DEMO: '1',
      TRIBUTARY_DEMO_CONTACTS: String(CONTACTS),
      TRIBUTARY_FILE_ROOTS: folder,
      TRIBUTARY_SOURCES: OUTSIDE_SOURCE,
    });
    let browser: Browser;
    let misdeeds: string[] = [];

    beforeAll(async () => {
      if (!existsSync(BUILT_PAGE)) throw new Error('The web UI is not built: run vite build in apps/web.');
      [browser] = await Promise.all([
        chromium.launch({ executablePath: CHROMIUM, args: FLAGS }),
        server.start(),
      ]);
    });
    afterAll(async () => {
      await browser?.close();
      await server.dispose();
      rmSync(folder, { recursive: true });
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const found = misdeeds;
      misdeeds = [];
      expect(found).toEqual([]);
    });

    describeIt({
      server,
      folder,
      async open(path, options = {}) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
        context.setDefaultTimeout(WAIT_MS);
        const page = await context.newPage();
        page.on('pageerror', (error) => misdeeds.push(String(error)));
        page.on('console', (message) => {
          if (/Content.Security.Policy/i.test(message.text())) misdeeds.push(message.text());
        });
        page.on('request', (request) => {
          if (!request.url().startsWith(`${server.url}/`)) misdeeds.push(`called ${request.url()}`);
        });
        await page.goto(server.url + path);
        return page;
      },
      async signIn(page, { secret = server.clientSecret, sandbox = 'prod' } = {}) {
        await page.getByLabel('Client ID').fill(server.clientId);
        await page.getByLabel('Client secret').fill(secret);
        await page.getByLabel('Organisation ID').fill(server.orgId);
        await page.getByLabel('Sandbox').fill(sandbox);
        await page.getByRole('button', { name: 'Sign in' }).click();
      },
    });
  });
}

/** How far a page is wider than its window, in pixels. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Picks from the list of a field, of which only what is in sight is drawn: typing leads to the option. */
export async function pick(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('button', { name: field }).press('Enter');
  const list = page.getByRole('listbox', { name: field });
  await list.waitFor();
  await page.keyboard.type(option);
  await list.getByRole('option', { name: option, exact: true }).click();
}

/** A flow as the API shows it. */
export async function flowNamed(server: ServerUnderTest, name: string): Promise<Answer['body']> {
  const { body } = await server.call('GET', `/data/foundation/flowservice/flows?property=name==${name}`);
  return body.items[0];
}
