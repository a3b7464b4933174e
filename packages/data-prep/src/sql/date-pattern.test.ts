import { describe, expect, it } from 'vitest';
import { compileDateReader, compileDateWriter } from './date-pattern.ts';

describe('date patterns', () => {
  it.each([
    ['yyyy-MM-dd', '%Y-%m-%d'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSX", '%Y-%m-%dT%H:%M:%S.%gZ'],
    ["d MMMM yyyy 'at' h:mm a", '%-d %B %Y at %-I:%M %p'],
    ["''yy 100%", "'%y 100%%"],
    ['Z', '+0000'],
  ])('writes %s by %s', (pattern, format) => {
    expect(compileDateWriter(pattern)).toEqual({ ok: true, format });
  });

  it.each([
    ['YYYY-MM-dd', '"YYYY" cannot be used to write a date'],
    ['QQQ yyyy', '"QQQ" cannot be used to write a date'],
    ["yyyy 'open", 'an apostrophe in the pattern is never closed'],
    [' ', 'the pattern is empty'],
  ])('refuses to write %s', (pattern, problem) => {
    expect(compileDateWriter(pattern)).toEqual({ ok: false, problem });
  });

  it.each([
    ['yyyyMMdd', '20201231', '2020-12-31'],
    ['M/d/yyyy', '1/5/2020', '5/1/20'],
    ['dd.MM.yy', '05.01.20', '05.01.2020'],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2020-01-05T03:04:05+02:00', '2020-01-05T03:04:05'],
    ['(yyyy)', '(2020)', '2020'],
  ])('reads by %s text such as %s, but not %s', (pattern, fitting, other) => {
    const reader = compileDateReader(pattern);
    if (!reader.ok) throw new Error(reader.problem);
    const shape = new RegExp(`^${reader.shape}$`);
    expect([shape.test(fitting), shape.test(other)]).toEqual([true, false]);
  });

  it.each([
    ['HH:mm', 'the pattern has no year ("yyyy")'],
    ['yyyy-ww', '"ww" cannot be used to read a date'],
    ['yyyy-MM-dd z', '"z" cannot be used to read a date'],
  ])('refuses to read by %s', (pattern, problem) => {
    expect(compileDateReader(pattern)).toEqual({ ok: false, problem });
  });
});
