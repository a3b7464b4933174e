import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';
import { compileDateReader } from './date-reader.ts';
import { quoteLiteral } from './quote.ts';

describe('reading dates', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  it.each<[pattern: string, text: string, instant: string | null]>([
    ['yyyy-MM-dd', '2020-12-31', '2020-12-31T00:00:00Z'],
    ['yyyy-MM-dd', ' 2020-12-31 ', '2020-12-31T00:00:00Z'],
    ['yyyy-MM-dd', '2020-12-31 10:00', null],
    ['yyyy-MM-dd', '20-12-31', null],
    ['yyyyMMdd', '20201231', '2020-12-31T00:00:00Z'],
    ['yyyyMMdd', '2020123', null],
    ['MMddyyyy', '12112020', '2020-12-11T00:00:00Z'],
    ['dd.MM.yy', '05.01.20', '2020-01-05T00:00:00Z'],
    ['dd.MM.yy', '05.01.99', '1999-01-05T00:00:00Z'],
    ['dd.MM.yy', '05.01.2020', null],
    ['M/d/yyyy', '1/5/2020', '2020-01-05T00:00:00Z'],
    ['MM/dd/yyyy', '1/5/2020', '2020-01-05T00:00:00Z'],
    ['dd/MM/yyyy', '31/12/2020', '2020-12-31T00:00:00Z'],
    ['dd/MM/yyyy', '12/31/2020', null],
    ['yyyy-MM', '2020-12', '2020-12-01T00:00:00Z'],
    ['yyyy', '2020', '2020-01-01T00:00:00Z'],
    // Days that there are not, and leap days.
    ['yyyy-MM-dd', '2021-02-29', null],
    ['yyyy-MM-dd', '2020-02-29', '2020-02-29T00:00:00Z'],
    ['yyyy-MM-dd', '1900-02-29', null],
    ['yyyy-MM-dd', '2000-02-29', '2000-02-29T00:00:00Z'],
    ['yyyy-MM-dd', '2021-04-31', null],
    ['yyyy-MM-dd', '2021-13-01', null],
    ['yyyy-MM-dd', '2021-00-10', null],
    ['yyyy-DDD', '2020-366', '2020-12-31T00:00:00Z'],
    ['yyyy-DDD', '2021-366', null],
    ['yyyy-D', '2021-32', '2021-02-01T00:00:00Z'],
    // Names in any case, long or short.
    ['dd MMM yyyy', '05 Jan 2020', '2020-01-05T00:00:00Z'],
    ['d MMMM yyyy', '5 DECEMBER 2020', '2020-12-05T00:00:00Z'],
    ['d MMM yyyy', '5 september 2020', '2020-09-05T00:00:00Z'],
    ['d MMM yyyy', '5 Foo 2020', null],
    ['EEE, dd MMM yyyy', 'Sun, 05 Jan 2020', '2020-01-05T00:00:00Z'],
    ['EEEE d MMMM yyyy', 'Sunday 5 January 2020', '2020-01-05T00:00:00Z'],
    // Hours.
    ['yyyy-MM-dd HH:mm', '2020-01-05 23:59', '2020-01-05T23:59:00Z'],
    ['yyyy-MM-dd HH:mm', '2020-01-05 25:00', null],
    ['yyyy-MM-dd HH:mm', '2020-01-05 10:60', null],
    ['yyyy-MM-dd HH:mm:ss', '2020-01-05 10:00:60', null],
    ['yyyy-MM-dd kk:mm', '2020-01-05 24:10', '2020-01-05T00:10:00Z'],
    ['yyyy-MM-dd K:mm a', '2020-01-05 0:10 PM', '2020-01-05T12:10:00Z'],
    ['yyyy-MM-dd hh:mm a', '2020-01-05 12:10 am', '2020-01-05T00:10:00Z'],
    ['yyyy-MM-dd h:mm a', '2020-01-05 1:10 PM', '2020-01-05T13:10:00Z'],
    ['yyyy-MM-dd h:mm a', '2020-01-05 13:10 PM', null],
    ['yyyyMMddHHmmss', '20200105030405', '2020-01-05T03:04:05Z'],
    // Minutes where months are meant.
    ['yyyy-mm-dd', '2020-12-05', '2020-01-05T00:12:00Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2020-01-05 03:04:05.678', '2020-01-05T03:04:05.678Z'],
    ['yyyy-MM-dd HH:mm:ss.S', '2020-01-05 03:04:05.0', '2020-01-05T03:04:05Z'],
    ['yyyy-MM-dd HH:mm:ss.SSSSSS', '2020-01-05 03:04:05.678901', '2020-01-05T03:04:05.678901Z'],
    ['yyyy-MM-dd HH:mm:ss.SSSSSSSSS', '2020-01-05 03:04:05.678901234', '2020-01-05T03:04:05.678901Z'],
    // Offsets and zones.
    ["yyyy-MM-dd'T'HH:mm:ssX", '2020-01-05T03:04:05+02:00', '2020-01-05T01:04:05Z'],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2020-01-05T03:04:05Z', '2020-01-05T03:04:05Z'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2020-01-05T03:04:05', null],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2020-01-05T03:04:05+24:00', null],
    ['yyyy-MM-dd HH:mm:ssZ', '2019-10-17 11:55:12-0800', '2019-10-17T19:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss Z', '2019-10-17 11:55:12 PST', '2019-10-17T19:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2019-10-17 11:55:12 PST', '2019-10-17T19:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2019-10-17 11:55:12 PDT', '2019-10-17T18:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2019-10-17 11:55:12 QQQ', null],
    ['yyyy-MM-dd HH:mm:ss z', '2019-07-17 11:55:12 GMT+02:00', '2019-07-17T09:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss VV', '2019-07-17 11:55:12 Europe/Paris', '2019-07-17T09:55:12Z'],
    ['yyyy-MM-dd HH:mm:ss VV', '2019-01-17 11:55:12 Europe/Paris', '2019-01-17T10:55:12Z'],
    ['yyyy-MM-dd HH:mm O', '2019-07-17 11:55 GMT-8', '2019-07-17T19:55:00Z'],
    // Times that daylight saving leaves out, or has twice.
    ['yyyy-MM-dd HH:mm VV', '2020-03-08 02:30 America/Los_Angeles', '2020-03-08T10:30:00Z'],
    ['yyyy-MM-dd HH:mm VV', '2020-11-01 01:30 America/Los_Angeles', '2020-11-01T08:30:00Z'],
    ['yyyy-MM-dd HH:mm VV', '2020-11-01 03:30 America/Los_Angeles', '2020-11-01T11:30:00Z'],
    // Weeks of the United States, quarters, eras.
    ["YYYY-'W'ww-u", '2020-W02-7', '2020-01-05T00:00:00Z'],
    ['YYYY ww EEE', '2020 01 Tue', '2019-12-31T00:00:00Z'],
    ['yyyy QQQ', '2020 Q3', '2020-07-01T00:00:00Z'],
    ['yyyy-Q', '2020-2', '2020-04-01T00:00:00Z'],
    ['yyyy-MM-dd G', '2020-01-05 AD', '2020-01-05T00:00:00Z'],
    // What may be missing, and text.
    ['yyyy-MM-dd[ HH:mm[:ss]]', '2020-01-05', '2020-01-05T00:00:00Z'],
    ['yyyy-MM-dd[ HH:mm[:ss]]', '2020-01-05 03:04', '2020-01-05T03:04:00Z'],
    ['yyyy-MM-dd[ HH:mm[:ss]]', '2020-01-05 03:04:05', '2020-01-05T03:04:05Z'],
    ["'on' yyyy, ''dd.MM''", "on 2020, '05.01'", '2020-01-05T00:00:00Z'],
    ['(yyyy)', '(2020)', '2020-01-01T00:00:00Z'],
    ['(yyyy)', '2020', null],
    ['yyyy-MM-dd', '', null],
  ])('by %s takes "%s" for %s', async (pattern, text, instant) => {
    const reader = compileDateReader(pattern);
    if (!reader.ok) throw new Error(reader.problem);
    const read = await evaluator.run({
      value: `epoch_us(${reader.read(quoteLiteral(text))})`,
      fails: undefined,
    });
    const expected =
      instant === null
        ? null
        : await evaluator.run({ value: `epoch_us(TIMESTAMPTZ ${quoteLiteral(instant)})`, fails: undefined });
    expect(read.value).toEqual(expected?.value ?? null);
  });

  it.each([
    ['HH:mm', 'the pattern has no year ("yyyy")'],
    ['YYYY-MM-dd', '"YYYY" is the year that weeks are counted in, and goes with "w"; a date has "yyyy"'],
    ['yyyy-ww', '"ww" goes with the year of weeks, "YYYY"'],
    ['yyyy-MM-dd F', '"F" cannot be used to read a date'],
    ['yyyy-MM-dd W', '"W" cannot be used to read a date'],
    ['yyyy MM M', '"M" reads what was read before'],
    ['yyyy-MM-ddTHH:mm', '"T" stands for no part of a date'],
  ])('refuses %s', (pattern, problem) => {
    expect(compileDateReader(pattern)).toEqual({ ok: false, problem });
  });
});
