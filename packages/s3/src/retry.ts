import { setTimeout as sleep } from 'node:timers/promises';

/** How often and after which pauses a failed request is sent again. Durations in milliseconds. */
export interface S3RetryPolicy {
  /** Requests in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first pause; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** Upper bound of any pause. */
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY: S3RetryPolicy = { attempts: 5, baseDelayMs: 200, maxDelayMs: 10_000 };

/** Drawn anew each time, so that many that failed together do not come back together. */
export async function pauseAfter(
  attempt: number,
  policy: S3RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<void> {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  await sleep(bound * (0.5 + Math.random() / 2), undefined, signal && { signal });
}
