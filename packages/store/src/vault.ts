import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Text that only a vault with the same key can open: `v1.<nonce>.<tag>.<ciphertext>` in base64url. */
export type Sealed = string & { readonly brand: 'Sealed' };

/** Keeps credentials at rest: AES-256-GCM under a key that lies outside the store. */
export interface Vault {
  /** Seals `value` for one place: it opens only with the same `context`, such as a resource's id. */
  seal(value: string, context: string): Sealed;
  /** @throws when the text was sealed with another key or context, or was altered. */
  open(sealed: Sealed, context: string): string;
  /** A key for another purpose, derived from the vault's. 32 bytes. */
  derive(purpose: string): Uint8Array;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

export function createVault(key: Uint8Array): Vault {
  if (key.length !== KEY_BYTES)
    throw new Error(`the vault's key must have ${KEY_BYTES} bytes, not ${key.length}`);
  return {
    seal(value, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), text].map((part) => part.toString('base64url'));
      // The one place where sealed text is made.
      return `v1.${parts.join('.')}` as Sealed;
    },
    open(sealed, context) {
      const [version, nonce, tag, text] = sealed.split('.');
      if (version !== 'v1' || nonce === undefined || tag === undefined || text === undefined) {
        throw new Error('not a sealed value');
      }
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
        .setAAD(Buffer.from(context))
        .setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString(
        'utf8',
      );
    },
    derive(purpose) {
      return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), purpose, KEY_BYTES));
    },
  };
}

/** The key in the file at `path`, made at the first call; only the file's owner may read it. */
export function readOrCreateKey(path: string): Uint8Array {
  if (!existsSync(path)) {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, randomBytes(KEY_BYTES).toString('base64'));
    fsyncSync(file);
    closeSync(file);
  }
  return new Uint8Array(Buffer.from(readFileSync(path, 'utf8'), 'base64'));
}
