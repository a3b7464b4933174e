import { migrateStore, runServer, runWorker, type Setting, settings } from '@tributary/server';
import { Command } from 'commander';
import { runDemo } from './demo/run-demo.ts';

const program = new Command('tributary').description(
  'Lands CRM data in an open Iceberg lake, as XDM, through the ingestion APIs of Adobe Experience Platform.',
);

const up = program.command('up').description('Starts the server and keeps it up.');
offer(up, settings);
up.action(() => runServer(process.env, flagsAfter('up')));

const server = program
  .command('server')
  .description('Starts a server that leaves flow runs to workers. Needs DATABASE_URL.');
offer(server, settings);
server.action(() => runServer(process.env, flagsAfter('server'), { executesRuns: false }));

const worker = program
  .command('worker')
  .description('Starts a worker: it executes flow runs and answers no requests. Needs DATABASE_URL.');
offer(worker, settings);
worker.action(() => runWorker(process.env, flagsAfter('worker')));

program
  .command('demo')
  .description('Walks the tutorial against a server and a demo CRM of its own, and shows what landed.')
  .option('--data <folder>', 'Folder for everything the demo makes; emptied first.', 'demo-data')
  .action(async ({ data }: { data: string }) => {
    process.exitCode = await runDemo(data);
  });

const migration = program
  .command('migrate-store')
  .description('Moves the embedded store of the data folder to a PostgreSQL server. Stop the server first.');
offer(
  migration,
  settings.filter(({ variable }) => variable === 'TRIBUTARY_DATA' || variable === 'DATABASE_URL'),
);
migration.action(async () => {
  process.exitCode = await migrateStore(process.env, flagsAfter('migrate-store'));
});

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function offer(command: Command, offered: readonly Setting[]): void {
  for (const { flag, variable, fallback, meaning } of offered) {
    const otherwise = fallback === undefined ? '' : ` (default: ${fallback})`;
    command.option(`--${flag} <value>`, `${meaning} Also ${variable}.${otherwise}`);
  }
}

/** The flags as they were given: the server reads them by itself. */
function flagsAfter(command: string): readonly string[] {
  return process.argv.slice(process.argv.indexOf(command) + 1);
}
