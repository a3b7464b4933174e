import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url));
const CLIENT_SECRET = 'black-box-secret';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape and assert on what they find
  readonly body: any;
}

/** Where the demo CRM of a server under test is, and how to log in there. */
export interface DemoLogin {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly securityToken: string;
}

/**
 * A server as anyone would run it: a process of its own, known only by its settings, its `server.json` and its HTTP
 * APIs. It can be killed and started again on the same data folder.
 */
export class ServerUnderTest {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'tributary-black-box-'));
  readonly #environment: Readonly<Record<string, string>>;
  readonly #program: readonly string[];
  #process: ChildProcess | undefined;
  #token = '';
  url = '';
  orgId = '';
  clientId = '';
  /** The one that it was given, or the one that it made up where it was given none. */
  clientSecret = CLIENT_SECRET;
  demo: DemoLogin | undefined;
  /** What the server has written to its standard output and error, all starts together. */
  output = '';

  /** `program` is what Node.js runs: a server that does all by itself where it is left out. */
  constructor(environment: Readonly<Record<string, string>> = {}, program: readonly string[] = [MAIN]) {
    this.#environment = environment;
    this.#program = program;
  }

  async start(): Promise<this> {
    const child = spawn(process.execPath, this.#program, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TRIBUTARY_DATA: this.dataFolder,
        TRIBUTARY_PORT: '0',
        TRIBUTARY_CLIENT_SECRET: CLIENT_SECRET,
        ...this.#environment,
      },
    });
    this.#process = child;
    child.stdout?.on('data', (text: Buffer) => {
      this.output += text;
    });
    child.stderr?.on('data', (text: Buffer) => {
      this.output += text;
    });
    const readiness = await this.#readiness(child);
    this.url = readiness.url;
    this.orgId = readiness.orgId;
    this.clientId = readiness.clientId;
    this.clientSecret = readiness.clientSecret ?? this.clientSecret;
    this.demo = readiness.demo?.salesforce ?? this.demo;
    await this.#signIn();
    return this;
  }

  async #readiness(child: ChildProcess) {
    const path = join(this.dataFolder, 'server.json');
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the server ended at its start:\n${this.output}`);
      }
      const readiness = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
      // The file of a killed server stays until the next one has begun to start.
      if (readiness?.pid === child.pid) return readiness;
      await pause(20);
    }
  }

  async #signIn(): Promise<void> {
    const response = await fetch(`${this.url}/ims/token/v3`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: this.clientId,
        client_secret: this.clientSecret,
        scope: 'openid',
      }),
    });
    const answer = (await response.json()) as { access_token: string };
    this.#token = answer.access_token;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  get headers(): Record<string, string> {
    return {
      authorization: `Bearer ${this.#token}`,
      'x-api-key': this.clientId,
      'x-gw-ims-org-id': this.orgId,
      'x-sandbox-name': 'prod',
    };
  }

  /** A call with the right headers; a header set to '' is left out. `text` sends a body as it is. */
  async call(
    method: string,
    path: string,
    options: { body?: unknown; text?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const headers = {
      ...this.headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const response = await fetch(this.url + path, {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Waits until the flow has `count` runs that have ended; its newest one. */
  async runsEnded(flowId: string, count: number, deadlineMs = 100_000): Promise<Answer['body']> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const { body } = await this.call(
        'GET',
        `/data/foundation/flowservice/runs?limit=100&property=flowId==${flowId}`,
      );
      const ended = body.items.filter((run: Answer['body']) => run.metrics.durationSummary.completedAtUTC);
      if (ended.length >= count) return ended[0];
      if (Date.now() > until)
        throw new Error(`no ${count} runs have ended: ${JSON.stringify(body.items)}\n${this.output}`);
      await pause(50);
    }
  }

  /** Asks the demo CRM's control API. */
  async emulator(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const response = await fetch(`${this.demo?.environmentUrl}/__emulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return /json/.test(response.headers.get('content-type') ?? '') &&
      !/ndjson|jsonl|jsonlines/.test(response.headers.get('content-type') ?? '')
      ? JSON.parse(text)
      : text
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
  }

  /** Ends the server with a signal; its exit code, or the signal where it had no chance to answer. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? 0;
    const ended = new Promise<number | string>((resolve) =>
      child.once('exit', (code, by) => resolve(code ?? by ?? 'unknown')),
    );
    child.kill(signal);
    return ended;
  }

  async dispose(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.dataFolder, { recursive: true, force: true });
  }
}
