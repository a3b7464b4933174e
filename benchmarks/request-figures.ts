/** How long requests of one kind take. `times bare`: as a ratio to the first kind, the bare request. */
export type RequestFigures = Readonly<Record<'median ms' | 'slowest ms' | 'CPU ms' | 'times bare', string>>;

/**
 * Makes each of `cases` some times, one after the other. The first case is the bare request, which is always made; of the
 * others those whose names contain `only`. CPU time is that of a request on average, server and client together, which a
 * busy machine does not lengthen.
 */
export async function figuresOf(
  cases: Readonly<Record<string, () => Promise<void>>>,
  { rounds, only }: { readonly rounds: number; readonly only: string },
): Promise<Readonly<Record<string, RequestFigures>>> {
  const figures: Record<string, RequestFigures> = {};
  let bare: number | undefined;
  for (const [name, request] of Object.entries(cases)) {
    if (bare !== undefined && !name.includes(only)) continue;
    const { times, cpu } = await timesOf(request, rounds);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    bare ??= median;
    figures[name] = {
      'median ms': median.toFixed(1),
      'slowest ms': (times.at(-1) ?? 0).toFixed(1),
      'CPU ms': cpu.toFixed(1),
      'times bare': (median / bare).toFixed(1),
    };
  }
  return figures;
}

/** Requests that do not count: they warm both sides up. */
const WARM_UP = 5;

/** Milliseconds, sorted, and the CPU time of a request on average. */
async function timesOf(
  request: () => Promise<void>,
  rounds: number,
): Promise<{ readonly times: readonly number[]; readonly cpu: number }> {
  for (let n = 0; n < WARM_UP; n++) await request();
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let n = 0; n < rounds; n++) {
    const start = performance.now();
    await request();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  return { times: times.sort((a, b) => a - b), cpu: (user + system) / 1000 / rounds };
}
