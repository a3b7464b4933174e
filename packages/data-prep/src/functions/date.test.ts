import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';
import { planExpression } from '../validate.ts';

const row = {
  none: null,
  zone: 'Europe/Paris',
  offset: '-03:30',
  noZone: 'Mars/Base',
  text: '2020-07-05T10:20:30.456+02:00',
  millis: 1571829875000,
};

describe('functions of dates', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  const outcome = async (text: string) => {
    const { value, fails } = await evaluator.evaluate({ text, row });
    return fails ? 'fails' : value;
  };

  it.each<[text: string, expected: unknown]>([
    // A date is written and taken apart by the clock of the zone that it was read in, or brought to.
    ['format(date("2020-01-05T03:04:05+02:00"), "HH:mm Z")', '03:04 +0200'],
    ['format(date("2020-01-05 03:04:05 -0800", "yyyy-MM-dd HH:mm:ss Z"), "HH:mm XXX")', '03:04 -08:00'],
    ['format(date("2020-01-05 03:04:05 PST"), "HH:mm XXX")', '03:04 -08:00'],
    ['format(date("2020-07-05 03:04 Europe/Paris", "yyyy-MM-dd HH:mm VV"), "HH:mm z")', '03:04 CEST'],
    ['format(text, "HH:mm:ss.SSS XXX")', '10:20:30.456 +02:00'],
    ['date_part("hour", date("2020-01-01T00:30:00+02:00"))', 0],
    ['date_part("year", date("2020-01-01T00:30:00+02:00"))', 2020],
    ['date_part("year", zone_date_to_utc(date("2020-01-01T00:30:00+02:00")))', 2019],
    ['format(zone_date_to_zone(date("2021-07-26T23:43:59Z"), zone), "dd HH:mm")', '27 01:43'],
    ['format(zone_date_to_zone(date("2021-07-26T23:43:59Z"), offset), "dd HH:mm O")', '26 20:13 GMT-3:30'],
    [
      'format(zone_date_to_utc(zone_date_to_zone(date("2021-07-26T23:43:59Z"), zone)), "HH:mm z")',
      '23:43 UTC',
    ],
    ['zone_date_to_zone(date("2021-07-26T23:43:59Z"), "America/New_York")', '2021-07-26T23:43:59.000Z'],
    ['zone_date_to_zone(date("2021-07-26T23:43:59Z"), "+05:30")', '2021-07-26T23:43:59.000Z'],
    ['zone_date_to_zone(date("2021-07-26T23:43:59Z"), noZone)', 'fails'],
    ['zone_date_to_zone(none, "Europe/Paris")', null],
    ['zone_date_to_zone(date("2021-07-26T23:43:59Z"), none)', null],
    ['zone_date_to_zone(date("nonsense"), "Europe/Paris")', 'fails'],
    // What chooses between dates leaves each its zone.
    ['format(iif(true, zone_date_to_zone(now(), "+01:00"), now()), "XXX")', '+01:00'],
    ['format(iif(false, zone_date_to_zone(now(), "+01:00"), now()), "XXX")', 'Z'],
    ['format(coalesce(date(none), date("2020-01-05T03:04:05+02:00"), now()), "XXX")', '+02:00'],
    ['format(date(none) ?? date("2020-01-05T03:04:05+02:00"), "XXX")', '+02:00'],
    ['format(decode("b", "a", now(), "b", date("2020-01-05T03:04:05+02:00")), "XXX")', '+02:00'],
    ['format(date(none, "yyyy", date("2020-01-05T03:04:05+02:00")), "XXX")', '+02:00'],
    // Automatic formats.
    ['date("2019-10-23 11:24Z")', '2019-10-23T11:24:00.000Z'],
    ['date("2019-10-23T11:24+0530")', '2019-10-23T05:54:00.000Z'],
    ['date("2019-10-23 11:24:05 +05:30")', '2019-10-23T05:54:05.000Z'],
    ['date("2019-10-23T11:24:05.123456789Z")', '2019-10-23T11:24:05.123Z'],
    ['date("2024-05-05 20:39:00.005 PST")', '2024-05-06T04:39:00.005Z'],
    ['date("2024-05-05 20:39:00.005-0800")', '2024-05-06T04:39:00.005Z'],
    ['date("2020-december-11")', '2020-12-11T00:00:00.000Z'],
    ['date("05.JAN.2020")', '2020-01-05T00:00:00.000Z'],
    ['date("1/05/2020 12:04:05 am")', '2020-01-05T00:04:05.000Z'],
    ['date("12/31/20")', 'fails'],
    ['date("31-12-2020")', 'fails'],
    ['date("2021-02-29")', 'fails'],
    ['date("2020-02-29")', '2020-02-29T00:00:00.000Z'],
    ['date("20200230")', 'fails'],
    ['date("1571829875000")', 'fails'],
    ['date("2019-10-23 11:24:05 QQQ")', 'fails'],
    ['date("")', 'fails'],
    // Parts: "m" is the month, "y" the day of the year, "w" the day of the week.
    ['date_part("m", date("2019-10-17 11:55:12"))', 10],
    ['date_part("y", date("2019-10-17 11:55:12"))', 290],
    ['date_part("W", date("2019-10-17 11:55:12"))', 4],
    ['date_part("sss", date("2019-10-17 11:55:12.345"))', 345],
    ['date_part("HH24", date("2019-10-17 23:55:12"))', 23],
    ['date_part("hh12", date("2019-10-17 00:55:12"))', 12],
    ['date_part("dy", date("2020-12-31"))', 366],
    ['date_part("ww", date("2021-01-01"))', 53],
    // Parts that are set. A month or year that has not as many days takes its last.
    ['set_date_part("m", 4, date("2016-11-09T11:44:44.797"))', '2016-04-09T11:44:44.797Z'],
    ['set_date_part("month", 2, date("2020-01-31"))', '2020-02-29T00:00:00.000Z'],
    ['set_date_part("yyyy", 2021, date("2020-02-29"))', '2021-02-28T00:00:00.000Z'],
    ['set_date_part("day", 31, date("2020-04-01"))', 'fails'],
    ['set_date_part("day", 30, date("2020-04-01"))', '2020-04-30T00:00:00.000Z'],
    ['set_date_part("m", 13, date("2020-04-01"))', 'fails'],
    ['set_date_part("hh", 24, date("2020-04-01"))', 'fails'],
    ['set_date_part("mi", -1, date("2020-04-01"))', 'fails'],
    ['set_date_part("s", 59, date("2020-04-01"))', '2020-04-01T00:00:59.000Z'],
    ['set_date_part("year", 9223372036854775807, date("2020-04-01"))', 'fails'],
    ['set_date_part("hh", 1, date("2020-01-01T00:30:00+02:00"))', '2019-12-31T23:30:00.000Z'],
    ['format(set_date_part("hh", 1, date("2020-01-01T00:30:00+02:00")), "HH:mm X")', '01:30 +02'],
    [
      'set_date_part("hh", 2, zone_date_to_zone(date("2020-03-08T20:30:00Z"), "America/Los_Angeles"))',
      '2020-03-08T10:30:00.000Z',
    ],
    ['set_date_part("hh", none, date("2020-04-01"))', null],
    // Dates made of parts.
    ['make_date_time(2019, 10, 17, 11, 55, 12, 999, "America/Los_Angeles")', '2019-10-17T18:55:12.000Z'],
    ['make_timestamp(2019, 10, 17, 11, 55, 12, 345678901, zone)', '2019-10-17T09:55:12.345Z'],
    ['make_date_time(2020, 2, 29, 0, 0, 0, 0, "UTC")', '2020-02-29T00:00:00.000Z'],
    ['make_date_time(2021, 2, 29, 0, 0, 0, 0, "UTC")', 'fails'],
    ['make_date_time(2021, 1, 1, 24, 0, 0, 0, "UTC")', 'fails'],
    ['make_date_time(2021, 1, 1, 0, 60, 0, 0, "UTC")', 'fails'],
    ['make_date_time(2021, 1, 1, 0, 0, 60, 0, "UTC")', 'fails'],
    ['make_date_time(2021, 1, 1, 0, 0, 0, 1000000000, "UTC")', 'fails'],
    ['make_date_time(9223372036854775807, 1, 1, 0, 0, 0, 0, "UTC")', 'fails'],
    ['make_date_time(2021, 1, 1, 0, 0, 0, 0, noZone)', 'fails'],
    ['make_date_time(2021, 1, none, 0, 0, 0, 0, "UTC")', null],
    ['format(make_date_time(2021, 7, 1, 9, 0, 0, 0, zone), "HH:mm z")', '09:00 CEST'],
    // Milliseconds.
    ['dformat(millis, "yyyy-MM-dd\'T\'HH:mm:ss.SSSX")', '2019-10-23T11:24:35.000Z'],
    ['dformat("1571829875000", "z")', 'UTC'],
    ['dformat(-1, "yyyy-MM-dd HH:mm:ss.SSS")', '1969-12-31 23:59:59.999'],
    ['dformat(9223372036854775807, "yyyy")', 'fails'],
    ['format(none, "yyyy")', null],
    ['format("nonsense", "yyyy")', 'fails'],
    ['date(none)', null],
    ['date(uuid(), "yyyy")', 'fails'],
    ['to_bigint(uuid()) + 1', 'fails'],
    ['instr(uuid(), "-") + 1', 9],
    ['-instr(uuid(), "-")', -8],
    ['get_url_decoded(uuid()) == ""', false],
  ])('%s gives %j', async (text, expected) => {
    expect(await outcome(text)).toEqual(expected);
  });

  it.each([
    [
      'zone_date_to_zone(now(), "Mars/Base")',
      'The zone of zone_date_to_zone() cannot be used: "Mars/Base" is no time zone',
    ],
    ['date_part("x", now())', '"x" names no part of a date'],
    ['set_date_part("quarter", 1, now())', '"quarter" is a part that cannot be set'],
    ['format(now(), "YYYY-MM-dd T")', '"T" stands for no part of a date'],
    ['format(now(), text)', 'must be a text in quotation marks'],
  ])('%s is refused: %s', (text, message) => {
    const planned = planExpression(text, [{ name: 'text', type: 'string' }]);
    expect(planned.ok ? [] : planned.errors.map((error) => error.message).join('\n')).toContain(message);
  });
});
