// Makes .cache/python, the virtual environment with the Python readers and clients that some tests use.
//
//   node scripts/python-environment.mjs
//
// Does nothing where it is there already with the requirements of today. Without a fitting Python it says why and leaves the
// tests that need it to be skipped; in CI, where nothing may be skipped, it fails.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const requirements = join(root, 'tests/python/requirements.txt');
const environment = join(root, '.cache/python');
const python = join(environment, 'bin/python');
const stamp = join(environment, 'requirements.sha256');

/** What the pinned packages ask for. */
const OLDEST_PYTHON = [3, 11];
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];

const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex');

if (isCurrent()) {
  console.log('Python environment: up to date');
} else {
  const problem = build();
  if (!problem) {
    console.log(`Python environment: ready in ${environment}`);
  } else if (process.env.CI) {
    console.error(`Python environment: ${problem}`);
    process.exitCode = 1;
  } else {
    console.log(`Python environment: ${problem}. Tests that need it are skipped.`);
  }
}

function isCurrent() {
  if (!existsSync(python) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === hash && run(python, ['-c', '']).status === 0;
}

/** Answers what went wrong, or nothing. */
function build() {
  const base = CANDIDATES.find(isRecentEnough);
  if (!base) return `no Python ${OLDEST_PYTHON.join('.')} or later on the PATH`;
  console.log(`Python environment: installing into ${environment} …`);
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(dirname(environment), { recursive: true });
  const created = run(base, ['-m', 'venv', environment]);
  if (created.status !== 0) return `${base} -m venv failed: ${lastLine(created)}`;
  const installed = run(python, [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'],
    ...['--requirement', requirements],
  ]);
  if (installed.status !== 0) return `pip install failed: ${lastLine(installed)}`;
  // The stamp comes last and whole: an installation that was cut short is made anew.
  writeFileSync(`${stamp}.unfinished`, hash);
  renameSync(`${stamp}.unfinished`, stamp);
  return undefined;
}

function isRecentEnough(command) {
  const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST_PYTHON.join(', ')}))`;
  return run(command, ['-c', check]).status === 0;
}

function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' });
}

function lastLine({ stderr, error }) {
  return error?.message ?? stderr?.trim().split('\n').at(-1) ?? 'no output';
}
