import { describe, expect, it } from 'vitest';
import { TEXT_FORMATS } from './formats.ts';

const cases: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>> =
  {
    date: { good: ['2024-02-29'], bad: ['2024-13-01', '2024-1-1', '2024-01-01T00:00:00Z', ' 2024-01-01'] },
    'date-time': {
      good: ['2024-01-01T00:00:00Z', '2024-01-01t23:59:60.123456+05:30'],
      bad: ['2024-01-01T00:00:00', '2024-01-01', '2024-01-01T24:00:00Z', '2024-01-01 00:00:00Z'],
    },
    time: { good: ['12:30:00', '12:30:00.5+01:00'], bad: ['12:30', '25:00:00', 'noon'] },
    email: {
      good: ['a@b', 'jane.doe+crm@sub.example.co.uk', 'jörg@müller.de'],
      bad: ['', 'jane', 'jane@', '@b.c', 'a b@c.de', 'a@b..c', 'a@b@c', 'a@b.'],
    },
    uri: {
      good: ['https://example.com/a?b#c', 'urn:isbn:0451450523', 'mailto:a@b.c'],
      bad: ['example.com', '/path', 'https://exa mple.com', '1http://x', '://x'],
    },
    'uri-reference': { good: ['', '/a/b', '../x?y', 'https://x.y'], bad: ['a b', '<x>', 'a\\b'] },
    hostname: { good: ['localhost', 'a-b.example.com'], bad: ['', '-a.com', 'a_b.com', 'a..b', 'a.com/'] },
    ipv4: { good: ['0.0.0.0', '255.255.255.255'], bad: ['256.1.1.1', '1.2.3', '01.2.3.4', '1.2.3.4.5'] },
    ipv6: {
      good: [
        '::',
        '::1',
        '1::',
        '2001:db8::8a2e:370:7334',
        '1:2:3:4:5:6:7:8',
        '::ffff:192.0.2.1',
        '1:2:3:4:5:6:7::',
      ],
      bad: [
        '',
        '1',
        ':::',
        '1::2::3',
        '1:2:3:4:5:6:7',
        '1:2:3:4:5:6:7:8:9',
        'g::',
        '1:2:3:4:5:6:7:192.0.2.1',
      ],
    },
    uuid: {
      good: ['123E4567-e89b-42d3-a456-426614174000'],
      bad: ['123e4567e89b42d3a456426614174000', '123e4567-e89b-42d3-a456-42661417400'],
    },
    'json-pointer': { good: ['', '/a~0b/c~1d', '/'], bad: ['a', '/a~2', '/~'] },
  };

describe('the formats of texts', () => {
  const table = Object.entries(cases).flatMap(([format, { good, bad }]) => [
    ...good.map((text) => ({ format, text, meets: true })),
    ...bad.map((text) => ({ format, text, meets: false })),
  ]);
  it.each(table)('$format: $text ($meets)', ({ format, text, meets }) => {
    expect(new RegExp(TEXT_FORMATS[format]?.pattern ?? '', 'u').test(text)).toBe(meets);
  });

  it.each(Object.entries(TEXT_FORMATS))(
    '%s has an example that meets it',
    (_format, { pattern, example }) => {
      expect(example).toMatch(new RegExp(pattern, 'u'));
    },
  );
});
