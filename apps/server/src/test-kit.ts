import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSource } from '@tributary/connectors';
import { openEngine } from '@tributary/engine';
import { type LocalFileIO, localCopies, localFileIO } from '@tributary/lake';
import { diagnosticsArea, type Lake, scratchFolders, stagingArea } from '@tributary/runner';
import { createVault, type Store } from '@tributary/store';
import { openMadeStore } from '@tributary/store/test-kit';
import { createTokens } from './http/access-tokens.ts';
import { createFront } from './http/front.ts';
import type { Service } from './http/service.ts';
import type { Dependencies } from './services/dependencies.ts';

const ORG_ID = 'ACME@AdobeOrg';
const CLIENT_ID = 'test-client';
export const CLIENT_SECRET = 'test-secret';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape and assert on what they find
  readonly body: any;
}

export interface TestDependencies extends Dependencies {
  readonly lake: Omit<Lake, 'io'> & { readonly io: LocalFileIO };
}

export interface TestServer {
  readonly url: string;
  readonly store: Store;
  readonly dependencies: TestDependencies;
  /** The headers of a right call to the sandbox `prod`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Calls with the right headers; `headers` override, and an empty one takes the header away. */
  call(
    method: string,
    path: string,
    options?: { body?: unknown; text?: string; headers?: Readonly<Record<string, string>>; sandbox?: string },
  ): Promise<TestAnswer>;
  close(): Promise<void>;
}

/** A real server with the given services on a free port: embedded store, local lake, engine; sandboxes `prod` and `dev`. */
export async function startTestServer(
  services: readonly ((dependencies: Dependencies) => Service)[],
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-server-'));
  const store = await openMadeStore(folder);
  await store.organizations.createFirst(
    { id: ORG_ID, tenantId: 'acme' },
    { id: CLIENT_ID, secret: CLIENT_SECRET },
  );
  await store.organizations.createSandbox(ORG_ID, {
    name: 'dev',
    title: 'Dev',
    type: 'development',
    createdBy: CLIENT_ID,
  });
  const vault = createVault(new Uint8Array(32).fill(1));
  const tokens = createTokens(vault.derive('access-tokens'));
  const engine = openEngine({ memoryLimitMb: 256, threads: 1, tempDirectory: folder });
  const io = localFileIO(join(folder, 'lake'));
  const dependencies: TestDependencies = {
    store,
    vault,
    tokens,
    engine,
    lake: {
      io,
      copies: localCopies(io, { folder: join(folder, 'copies'), maxBytes: 0 }),
      tableLocation: ({ sandboxId }, dataSetId) => io.locationOf(join(folder, 'lake', sandboxId, dataSetId)),
    },
    runFiles: runFilesIn(folder),
    openSource: createSource,
    wakeRunner: () => undefined,
  };
  const app = await createFront({
    store,
    tokens,
    services: services.map((service) => service(dependencies)),
    version: '0',
    logger: false,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const token = await tokens.issue({ clientId: CLIENT_ID, orgId: ORG_ID, userId: 'alice' });
  const headers = {
    authorization: `Bearer ${token}`,
    'x-api-key': CLIENT_ID,
    'x-gw-ims-org-id': ORG_ID,
    'x-sandbox-name': 'prod',
  };
  return {
    url,
    store,
    dependencies,
    headers,

    async call(method, path, options = {}) {
      const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
      const sent: Record<string, string> = {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.sandbox === undefined ? {} : { 'x-sandbox-name': options.sandbox }),
        ...options.headers,
      };
      const present = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
      const answer = await fetch(url + path, {
        method,
        headers: present,
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },

    async close() {
      await app.close();
      await engine.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runFilesIn(folder: string): Dependencies['runFiles'] {
  const io = localFileIO(folder);
  const place = {
    io,
    copies: localCopies(io, { folder: join(folder, 'copies'), maxBytes: 0 }),
    staging: io.locationOf(join(folder, 'staging')),
    diagnostics: io.locationOf(join(folder, 'diagnostics')),
  };
  const diagnostics = diagnosticsArea([place], scratchFolders(join(folder, 'scratch')));
  return {
    removeStaging: stagingArea([place]).remove,
    removeDiagnostics: diagnostics.remove,
    diagnostics,
  };
}
