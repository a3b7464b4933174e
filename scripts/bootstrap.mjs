// Sets up a fresh checkout and runs one of the project's commands on it:
//   node scripts/bootstrap.mjs demo | start | test | prove | check | format [arguments]
// Plain JavaScript for Node.js 20 and later: it brings Node.js 24, on which everything else runs, where that is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { ensureNode, ROOT } from './runtime.mjs';
import { ensureTestTools } from './test-tools.mjs';
import { ensureWebUi } from './web-ui.mjs';

const commands = {
  demo: (node) => [ensureWebUi, () => run(node, ['apps/cli/src/main.ts', 'demo', ...rest])],
  start: (node) => [
    ensureWebUi,
    () =>
      run(node, ['apps/cli/src/main.ts', 'up', ...rest], {
        TRIBUTARY_DEMO: process.env.TRIBUTARY_DEMO ?? '1',
      }),
  ],
  test: (node) => [
    ensureWebUi,
    ensureTestTools,
    () => run(node, ['node_modules/vitest/vitest.mjs', 'run', ...rest]),
  ],
  prove: (node) => [
    ensureTestTools,
    () => run(node, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.prove.config.ts', ...rest]),
  ],
  check: (node) => [
    () => run('node_modules/.bin/biome', ['check', ...(process.env.CI ? ['--error-on-warnings'] : [])]),
    () => run(node, ['node_modules/typescript/bin/tsc', '-p', '.']),
    () => run(node, ['node_modules/typescript/bin/tsc', '-p', 'apps/web']),
  ],
  format: () => [() => run('node_modules/.bin/biome', ['check', '--write', ...rest])],
};

const [command = '', ...rest] = process.argv.slice(2);
const steps = Object.hasOwn(commands, command) ? commands[command] : undefined;
if (steps === undefined) {
  console.error(`Say which command to run: ${Object.keys(commands).join(', ')}.`);
  process.exit(2);
}

const node = ensureNode();
process.env.PATH = `${dirname(node)}:${process.env.PATH}`;
process.chdir(ROOT);
ensureDependencies(node);
for (const step of steps(node)) await step(node);

/** Runs a program in the foreground, passes on signals that are meant to end it, and ends as it ends if it failed. */
async function run(program, args, environment = {}) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const passOn = (signal) => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  // The terminal sends Ctrl-C to the child as well; here it must only not end the parent first.
  process.on('SIGINT', () => undefined);
  const watch = stopWhenOrphaned(passOn);
  const [status, signal] = await once(child, 'exit');
  clearInterval(watch);
  if (status !== 0) process.exit(status ?? 128 + (constants.signals[signal] ?? 0));
}

/** A signal to npm ends npm and its shell, but does not reach this process: their end is the signal. */
function stopWhenOrphaned(passOn) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && passOn('SIGTERM'), 500);
}
