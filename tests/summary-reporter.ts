import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with one plain line of counts. On CI a skipped test is a failure: it means that a tool was missing. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
    }
    if (process.env.CI && counts.skipped > 0) process.exitCode = 1;
    // After the default reporter's own summary.
    process.on('exit', () => {
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
