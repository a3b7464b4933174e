import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createSalesforceSource,
  OutboundClient,
  parseSalesforceParams,
  type Sink,
} from '@tributary/connectors';
import { stagingFolder } from '@tributary/runner';

/*
 * How long a bulk read takes, beside a bare download of the same bytes from the same emulator in the same run, and what
 * memory it needs: `node benchmarks/extract.ts [rows]`. The emulator is a process of its own.
 */

const rows = Number(process.argv[2] ?? 1_000_000);
const PAGE_ROWS = 50_000;
const columns = [
  'Id',
  'Name',
  'Email',
  'Title',
  'Phone',
  'MailingCity',
  'OwnerId',
  'AccountId',
  'CreatedDate',
  'SystemModstamp',
];

const main = fileURLToPath(import.meta.resolve('@tributary/emulators/main'));
const emulator = fork(main, ['--rows', `Contact=${rows}`, '--bulk-job-ms', '0'], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [{ url, clientId, clientSecret }] = await once(emulator, 'message');
const folder = await mkdtemp(join(tmpdir(), 'extract-'));
const staging = stagingFolder(folder);
const outbound = new OutboundClient();
try {
  const params = parseSalesforceParams('OAuth2 Client Credential', {
    environmentUrl: url,
    clientId,
    clientSecret,
  });
  const source = createSalesforceSource(params, { outbound, bulk: { pageRows: PAGE_ROWS } });
  const [partition] = await source.plan({ table: 'Contact', columns, window: undefined });
  if (partition?.state.api !== 'bulk') throw new Error('A bulk read was expected; give more rows.');

  // Once unmeasured, so that neither side pays for warming up.
  await download(String(partition.state.jobId));
  const bare = await measure(() => download(String(partition.state.jobId)));
  const read = await measure(async () => {
    let [pages, bytes] = [0, 0];
    const stage: Sink['stage'] = async (page) => {
      bytes += (await staging.writePage('run', `page/${pages++}`, page, new AbortController().signal)).bytes;
    };
    await source.read(partition, { resumeFrom: undefined, changesUpTo: async () => {}, stage });
    return bytes;
  });
  console.table({ 'bare download': bare, 'read, staged durably': read });
  console.log(`${(read.seconds / bare.seconds).toFixed(2)} times the bare download, ${rows} rows`);
} finally {
  await outbound.close();
  emulator.kill();
  await rm(folder, { recursive: true });
}

/** All pages of a job by `fetch`, thrown away; gives their bytes. */
async function download(jobId: string): Promise<number> {
  const grant = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: grant });
  // The emulator answers a good log-in so.
  const { access_token } = (await answer.json()) as { access_token: string };
  let bytes = 0;
  for (let locator: string | null = ''; locator !== null && locator !== 'null'; ) {
    const query = new URLSearchParams({ maxRecords: String(PAGE_ROWS), ...(locator && { locator }) });
    const page: Response = await fetch(`${url}/services/data/v60.0/jobs/query/${jobId}/results?${query}`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    for await (const piece of page.body ?? []) bytes += piece.length;
    locator = page.headers.get('sforce-locator');
  }
  return bytes;
}

async function measure(work: () => Promise<number>) {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  const bytes = await work();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampling);
  const mib = (size: number) => Math.round(size / 1024 / 1024);
  return { seconds, MiB: mib(bytes), 'RSS before, MiB': mib(before), 'peak RSS, MiB': mib(peak) };
}
