// Finds Node.js 24, or brings it through npm's own `node` package into the project's folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LEAST_MAJOR = 24;
const BROUGHT_VERSION = '24.21.0';

/** The path of a Node.js that will do: the running one where it is new enough. */
export function ensureNode() {
  if (Number(process.versions.node.split('.', 1)[0]) >= LEAST_MAJOR) return process.execPath;
  const folder = join(ROOT, '.runtime');
  const program = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (versionOf(program) === `v${BROUGHT_VERSION}`) return program;
  console.error(
    `Node.js ${process.versions.node} is older than ${LEAST_MAJOR}: bringing ${BROUGHT_VERSION} through npm …`,
  );
  mkdirSync(folder, { recursive: true });
  // A package of its own, so that npm does not take the project's for it.
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  npm(
    process.execPath,
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts=false',
      '--loglevel=error',
      `node@${BROUGHT_VERSION}`,
    ],
    folder,
  );
  if (versionOf(program) === `v${BROUGHT_VERSION}`) return program;
  console.error(`npm did not bring a Node.js that runs here. Install Node.js ${LEAST_MAJOR} and try again.`);
  process.exit(1);
}

function versionOf(program) {
  return existsSync(program)
    ? spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim()
    : undefined;
}

/** Runs npm on the given Node.js; ends this process where npm fails. */
export function npm(node, args, cwd = ROOT) {
  const script = process.env.npm_execpath;
  const isScript = script !== undefined && /\.[cm]?js$/.test(script);
  const options = {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd,
    env: { ...process.env, npm_config_fund: 'false', npm_config_audit: 'false' },
  };
  const { status, error } = isScript
    ? spawnSync(node, [script, ...args], options)
    : spawnSync('npm', args, options);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
