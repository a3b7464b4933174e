import type { CommonTrouble } from '../faults.ts';
import type { MutationRequest } from '../organization.ts';
import type { SchemaChange } from './schema-change.ts';

/** What can be made to go wrong; the README describes each. */
export type Trouble =
  | CommonTrouble
  | { readonly kind: 'requestLimit' }
  | { readonly kind: 'expireSession' }
  | { readonly kind: 'expireCursor' }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly errorCode: string;
      readonly message: string;
    }
  | { readonly kind: 'queryTimeout'; readonly rows: number }
  | { readonly kind: 'jobFailed'; readonly errorMessage: string }
  | { readonly kind: 'jobStuck' }
  | { readonly kind: 'shortPage'; readonly rows: number; readonly announced: 'whole' | 'short' }
  | { readonly kind: 'clockSkew'; readonly seconds: number }
  | { readonly kind: 'mutation'; readonly mutation: MutationRequest }
  | { readonly kind: 'schemaChange'; readonly change: SchemaChange };
