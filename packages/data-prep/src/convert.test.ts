import { describe, expect, it } from 'vitest';
import { planExpression } from './validate.ts';

const columns = [
  { name: 'n', type: 'long' as const },
  { name: 's', type: 'string' as const },
  { name: 'b', type: 'boolean' as const },
];

function planOf(text: string): string {
  const planned = planExpression(text, columns);
  if (!planned.ok) throw new Error(`${text} must be valid`);
  return JSON.stringify(planned.expression);
}

describe('a conversion of alternatives', () => {
  it.each([
    'upper(iif(b, n, "x"))',
    'upper(b ? n : b ? s : b)',
    'concat(coalesce(s, n), n ?? s)',
    'iif(b, n, s) * 2',
  ])('of several types goes to each of them, without JSON between: %s', (text) => {
    expect(planOf(text)).not.toContain('json');
  });

  it('leaves it to the row where an alternative is never of that type', () => {
    expect(planOf('iif(b, n, b) * 2')).toContain('json');
  });
});
