import { connectDynamics } from './connect-dynamics.ts';
import { freshDemoFolder } from './demo-folder.ts';
import { connectToPlatform, type PlatformCall, type PlatformClient, valueAt } from './platform-client.ts';
import { startServerProcess } from './server-process.ts';
import { walkTutorial } from './tutorial.ts';
import { watchRun } from './watch-run.ts';

const SHOWN_ROWS = 3;

/** Walks the tutorial from an empty folder to rows in the lake; the exit code for the process. */
export async function runDemo(dataFolder: string): Promise<number> {
  const startedAt = Date.now();
  const folder = freshDemoFolder(dataFolder);
  say('Starting Tributary and a demo CRM …');
  const server = await startServerProcess(folder);
  say(
    `Tributary is at ${server.credential.url}, a Salesforce at ${server.crm.environmentUrl}, a Dynamics at ${server.dynamics.serviceUri}.\n`,
  );
  try {
    const client = await connectToPlatform(server.credential, 'prod');
    say('Signed in: POST /ims/token/v3');
    const { flowId, dataSetId } = await walkTutorial(client, server.crm, showCall);
    say('\nThe flow runs:');
    const run = await watchRun(client, flowId, process.stdout);
    showMetrics(run);
    await showDataSet(client, dataSetId);
    say('\nThe other system of the demo CRM is connected too, for a dataflow of your own:');
    await connectDynamics(client, server.dynamics, showCall);
    const isLanded = valueAt(run, 'metrics', 'statusSummary', 'status') === 'success';
    say(
      `\n${isLanded ? 'Done' : 'The run did not succeed'}, after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`,
    );
    return isLanded ? 0 : 1;
  } finally {
    await server.stop();
  }
}

function say(text: string): void {
  console.log(text);
}

function showCall(title: string, { method, path }: PlatformCall, answer: unknown): void {
  say(`${title}\n  ${method} ${path}\n  → ${abridged(answer)}`);
}

const ABRIDGED_LENGTH = 160;

function abridged(answer: unknown): string {
  const text = JSON.stringify(answer);
  return text.length > ABRIDGED_LENGTH ? `${text.slice(0, ABRIDGED_LENGTH)} …` : text;
}

function showMetrics(run: unknown): void {
  const metric = (...path: string[]) => Number(valueAt(run, 'metrics', ...path) ?? 0);
  const elapsed = metric('durationSummary', 'completedAtUTC') - metric('durationSummary', 'startedAtUTC');
  say(`
  status     ${String(valueAt(run, 'metrics', 'statusSummary', 'status'))}
  duration   ${(elapsed / 1000).toFixed(2)} s
  records    ${metric('recordSummary', 'inputRecordCount')} in, ${metric('recordSummary', 'outputRecordCount')} out, ${metric('recordSummary', 'failedRecordCount')} failed
  bytes      ${metric('sizeSummary', 'inputBytes')} in, ${metric('sizeSummary', 'outputBytes')} out
  files      ${metric('fileSummary', 'inputFileCount')} in, ${metric('fileSummary', 'outputFileCount')} out`);
  const errors = valueAt(run, 'metrics', 'statusSummary', 'errors');
  if (Array.isArray(errors) && errors.length > 0) say(`  errors     ${JSON.stringify(errors)}`);
}

async function showDataSet(client: PlatformClient, dataSetId: string): Promise<void> {
  const preview = await client.call({
    method: 'GET',
    path: `/data/foundation/export/datasets/${dataSetId}/preview?limit=${SHOWN_ROWS}`,
  });
  say('\nThe first rows of the dataset, as XDM:');
  const rows = valueAt(preview, 'data');
  for (const row of Array.isArray(rows) ? rows : []) say(`  ${JSON.stringify(row)}`);
  const dataSets = await client.call({
    method: 'GET',
    path: `/data/foundation/catalog/dataSets/${dataSetId}`,
  });
  const table = valueAt(dataSets, dataSetId, 'extensions', 'tributary');
  say(`\nThe Iceberg table lies at\n  ${String(valueAt(table, 'tableLocation'))}`);
  say(`with its metadata in\n  ${String(valueAt(table, 'metadataLocation'))}`);
}
