import { mkdirSync, writeFileSync } from 'node:fs';
import { functionReference } from './src/function-reference.ts';

/* Writes docs/data-prep-functions.md. To be run whenever the table of functions has changed. */

const docs = new URL('../../docs/', import.meta.url);
mkdirSync(docs, { recursive: true });
writeFileSync(new URL('data-prep-functions.md', docs), functionReference());
