import { setTimeout as sleep } from 'node:timers/promises';

/** How often and after which pauses a failed call is repeated. Durations in milliseconds. */
export interface RetryPolicy {
  /** Calls in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first pause; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** Upper bound of any pause the policy chooses itself. */
  readonly maxDelayMs: number;
  /** The longest `Retry-After` that is waited out; where the host asks for more, the call fails at once. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
};

/**
 * The pause before the next call, or undefined where there shall be none. What the host asks for is kept; otherwise
 * the pause is drawn anew from [half, whole] of an exponentially growing bound, so that many workers that failed
 * together do not come back together.
 */
export function pauseBefore(
  attempt: number,
  retryAfterMs: number | undefined,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  if (attempt > policy.attempts) return undefined;
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 2));
  const chosen = bound * (0.5 + random() / 2);
  if (retryAfterMs === undefined) return chosen;
  return retryAfterMs > policy.maxRetryAfterMs ? undefined : Math.max(retryAfterMs, chosen);
}

/** `Retry-After` in milliseconds (RFC 9110, 10.2.3: seconds, or a date). */
export function retryAfterMs(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Resolves after the pause; rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
