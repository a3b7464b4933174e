import { useCallback, useState } from 'react';
import { PlatformError, type Violation } from './platform/http.ts';
import { wordsOf } from './use-polling.ts';

/**
 * Something that a person has asked for: whether it is under way, and why it was refused when it last was.
 */
export interface Action {
  readonly isPending: boolean;
  readonly problem: string | undefined;
  /** Where in what was sent the refusal lies. */
  readonly violations: readonly Violation[];
  /** Answers whether it was done. */
  run(work: () => Promise<void>): Promise<boolean>;
  /** Forgets the refusal. */
  forget(): void;
}

const NONE: readonly Violation[] = [];

export function useAction(): Action {
  const [isPending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<{ problem: string; violations: readonly Violation[] }>();
  const run = useCallback(async (work: () => Promise<void>) => {
    setPending(true);
    setRefusal(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setRefusal({
        problem: wordsOf(error),
        violations: error instanceof PlatformError ? error.violations : NONE,
      });
      return false;
    } finally {
      setPending(false);
    }
  }, []);
  const forget = useCallback(() => setRefusal(undefined), []);
  return { isPending, problem: refusal?.problem, violations: refusal?.violations ?? NONE, run, forget };
}

/** The messages of violations below a place of the request, by the key of the field that they are about. */
export function problemsBelow(
  violations: readonly Violation[],
  place: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    violations
      .filter(({ path }) => path.startsWith(`${place}/`))
      .map(({ path, message }) => [path.slice(place.length + 1).replaceAll('/', '.'), sentence(message)]),
  );
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
