// Finds, or installs where it may, the programs that tests need beside Node.js. What is missing is said, and the tests
// that need it are skipped, saying so too; on CI nothing may be skipped, so there it is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './runtime.mjs';

const tools = [
  { name: 'PostgreSQL', debianPackage: 'postgresql', isThere: hasPostgres },
  { name: 'Chromium', debianPackage: 'chromium', isThere: () => existsSync('/usr/bin/chromium') },
];

/** Installs what is missing from Debian's packages, when this is root on Debian. */
export function ensureTestTools() {
  const missing = tools.filter(({ isThere }) => !isThere());
  if (missing.length > 0 && mayInstall()) install(missing.map(({ debianPackage }) => debianPackage));
  for (const { name, debianPackage, isThere } of missing) {
    if (isThere()) continue;
    console.error(`${name} is not installed (Debian: ${debianPackage}); tests that need it are skipped.`);
    if (process.env.CI) process.exit(1);
  }
  ensurePythonEnvironment();
}

function ensurePythonEnvironment() {
  const script = join(ROOT, 'scripts', 'python-environment.mjs');
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(1);
}

function hasPostgres() {
  const folder = '/usr/lib/postgresql';
  return (
    existsSync(folder) && readdirSync(folder).some((version) => existsSync(`${folder}/${version}/bin/initdb`))
  );
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function install(packages) {
  console.error(`Installing ${packages.join(', ')} from Debian's packages …`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}
