import type { CommonTrouble } from '../faults.ts';

/** The three limits that protect the service (Service protection API limits). */
export type ProtectionLimit = 'requests' | 'executionTime' | 'concurrency';

/** What can be made to go wrong; the README describes each. */
export type Trouble =
  | CommonTrouble
  | { readonly kind: 'serviceProtection'; readonly limit: ProtectionLimit; readonly retryAfter: number }
  | { readonly kind: 'expireToken' }
  | { readonly kind: 'expirePagingCookie' }
  | { readonly kind: 'expireDeltaToken' }
  | { readonly kind: 'missingPrivilege' }
  | { readonly kind: 'dropColumn'; readonly object: string; readonly column: string };
