import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVault, readOrCreateKey, type Sealed } from './vault.ts';

const vault = createVault(new Uint8Array(32).fill(7));

test('what is sealed opens again in its own place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (value, context) => {
      expect(vault.open(vault.seal(value, context), context)).toBe(value);
    }),
  );
});

test('a sealed value opens neither in another place, nor with another key, nor altered', () => {
  const sealed = vault.seal('s3cret', 'connection-1');
  expect(sealed).not.toContain('s3cret');
  expect(() => vault.open(sealed, 'connection-2')).toThrow();
  expect(() => createVault(new Uint8Array(32)).open(sealed, 'connection-1')).toThrow();
  const altered = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
  expect(() => vault.open(altered as Sealed, 'connection-1')).toThrow();
});

test('the key file is made once and is its owner’s alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-key-'));
  const path = join(folder, 'key');
  expect(readOrCreateKey(path)).toEqual(readOrCreateKey(path));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});
