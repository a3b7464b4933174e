import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from '@tributary/server';
import { describe, expect, test } from 'vitest';
import { requirePython, runPython } from '../packages/lake/src/testing/python.ts';

const FOLDER = fileURLToPath(new URL('../deploy', import.meta.url));

/** Names of settings, wherever they stand. */
const NAME = /\b(?:TRIBUTARY|LAKE|AWS|DATABASE)_[A-Z0-9_]+\b/g;

describe('the files to deploy with', () => {
  test('are a chart that Helm lints, manifests that Kubernetes takes and a compose file', async (context) => {
    await requirePython(context);
    expect(await runPython(join(FOLDER, 'check_deployment.py'))).toBe('deployment files are sound');
  });

  test('name settings that there are', () => {
    const known = new Set(settings.map(({ variable }) => variable));
    const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const named = files.flatMap(
      (file) => readFileSync(join(file.parentPath, file.name), 'utf8').match(NAME) ?? [],
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });
});
