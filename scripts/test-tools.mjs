// Finds, or installs where it may, the programs that tests need beside Node.js. What is missing is said, and the tests
// that need it are skipped, saying so too; on CI nothing may be skipped, so there it is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './runtime.mjs';

const tools = [
  { name: 'PostgreSQL', debianPackage: 'postgresql', isThere: hasPostgres },
  { name: 'MariaDB', debianPackage: 'mariadb-server', isThere: () => existsSync('/usr/sbin/mariadbd') },
  { name: 'Chromium', debianPackage: 'chromium', isThere: () => existsSync('/usr/bin/chromium') },
  { name: 'OpenSSH', debianPackage: 'openssh-server', isThere: () => existsSync('/usr/sbin/sshd') },
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
  // The second may take Go from the first.
  for (const script of ['python-environment.mjs', 's3-server.mjs']) ensureByScript(script);
}

function ensureByScript(name) {
  const script = join(ROOT, 'scripts', name);
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
  withoutStartingServices(() =>
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options),
  );
}

/** Tests start the servers that they need themselves: installing one must not open this machine to others. */
function withoutStartingServices(run) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return run();
  // Exit status 101: the action is forbidden by policy.
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run();
  } finally {
    rmSync(policy);
  }
}
