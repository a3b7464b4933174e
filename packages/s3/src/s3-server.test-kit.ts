import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import type { S3Credentials } from './signature.ts';
import { SignedRequests } from './signed-requests.ts';
import { httpTransport, readText } from './transport.ts';
import { startTroublingProxy, type TroublingProxy } from './troubling-proxy.test-kit.ts';

/** A versitygw of one's own, its objects files of a folder, behind a proxy that makes trouble on demand. */
export interface TestS3Server {
  readonly serviceUrl: URL;
  readonly credentials: S3Credentials;
  readonly proxy: TroublingProxy;
  /** Makes a bucket, and answers the folder whose files are its objects. */
  createBucket(name: string): Promise<string>;
  stop(): Promise<void>;
}

const INSTALLED = fileURLToPath(new URL('../../../.cache/versitygw', import.meta.url));
const CREDENTIALS: S3Credentials = { accessKeyId: 'test-key-id', secretAccessKey: 'a very secret key/+=' };
const START_TIMEOUT_MS = 30_000;

/** Skips a test where the S3 server is not installed. In CI nothing may be skipped, so there it fails. */
export function requireS3Server(context: TestContext): void {
  if (serverProgram() !== undefined) return;
  const problem = `${INSTALLED} is missing: run node scripts/s3-server.mjs`;
  if (process.env.CI) throw new Error(problem);
  process.stderr.write(`skipped, ${problem}\n`);
  context.skip(problem);
}

/** Undefined where the server is not installed. */
export async function startS3Server(): Promise<TestS3Server | undefined> {
  const program = serverProgram();
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tributary-s3-'));
  const data = join(folder, 'data');
  const accounts = join(folder, 'accounts');
  for (const made of [data, accounts]) mkdirSync(made);
  const socket = join(folder, 'socket');
  const server = spawn(program, ['--port', socket, '--quiet', '--iam-dir', accounts, 'posix', data], {
    stdio: 'ignore',
    env: { ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId, ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey },
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  await Promise.race([
    listens(socket),
    ended.then(() => Promise.reject(new Error('the S3 server ended at its start'))),
  ]);
  const proxy = await startTroublingProxy(socket);
  const requests = new SignedRequests({
    serviceUrl: proxy.url,
    credentials: CREDENTIALS,
    transport: httpTransport(),
  });
  return {
    serviceUrl: proxy.url,
    credentials: CREDENTIALS,
    proxy,
    async createBucket(name) {
      const answer = await requests.send({ method: 'PUT', bucket: name });
      await readText(answer.body, 1024);
      return join(data, name);
    },
    async stop() {
      await proxy.stop();
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverProgram(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  return readdirSync(INSTALLED)
    .map((version) => join(INSTALLED, version, 'versitygw'))
    .find((program) => existsSync(program));
}

async function listens(socket: string): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(20)) {
    if (await accepts(socket)) return;
  }
  throw new Error('the S3 server does not listen');
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
