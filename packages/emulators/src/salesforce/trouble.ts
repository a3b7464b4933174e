import type { CommonTrouble } from '../faults.ts';

/** What can be made to go wrong; the README describes each. */
export type Trouble =
  | CommonTrouble
  | { readonly kind: 'requestLimit' }
  | { readonly kind: 'expireSession' }
  | { readonly kind: 'jobFailed'; readonly errorMessage: string };
