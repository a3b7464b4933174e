import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../testing/evaluate.ts';

describe('URL functions', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  it.each<[url: string, protocol: unknown, host: unknown, port: unknown, path: unknown]>([
    ['https://platform.adobe.com/home', 'https', 'platform.adobe.com', 443, '/home'],
    ['HTTP://User:pw@Example.COM:8080/a%20b?q=1#f', 'HTTP', 'Example.COM', 8080, '/a%20b'],
    ['foo://example.com:8042/over/there?name=ferret#nose', 'foo', 'example.com', 8042, '/over/there'],
    ['foo://example.com/x', 'foo', 'example.com', null, '/x'],
    ['sftp://example.com//home/joe/employee.csv', 'sftp', 'example.com', 22, '//home/joe/employee.csv'],
    ['ftp://h', 'ftp', 'h', 21, ''],
    ['https://h?x=1', 'https', 'h', 443, ''],
    ['https://h#x', 'https', 'h', 443, ''],
    ['https://h:/x', 'https', 'h', 443, '/x'],
    ['https://h:99999/', 'https', 'h', null, '/'],
    ['http://[::1]:80/x', 'http', '[::1]', 80, '/x'],
    ['http://a_b.com/x', 'http', 'a_b.com', 80, '/x'],
    ['https://ü.de/ä', 'https', 'ü.de', 443, '/ä'],
    ['http://h/p;x=1?a=1', 'http', 'h', 80, '/p;x=1'],
    ['file:///etc/passwd', 'file', null, null, '/etc/passwd'],
    ['mailto:a@b.c', 'mailto', null, null, 'a@b.c'],
    ['//host/path', null, null, null, null],
    ['example.com/x', null, null, null, null],
    ['http://', null, null, null, null],
    ['http:', null, null, null, null],
    ['1http://x/y', null, null, null, null],
    ['http://h:-1/x', null, null, null, null],
    ['https://exa mple.com/', null, null, null, null],
    ['https://example.com/a b', null, null, null, null],
    ['http://h|x/', null, null, null, null],
    ['http://h/%zz', null, null, null, null],
    [' http://h/', null, null, null, null],
    ['', null, null, null, null],
    ['not a url', null, null, null, null],
  ])('take %s apart', async (url, ...expected) => {
    const row = { url };
    const parts = [];
    for (const name of ['protocol', 'host', 'port', 'path']) {
      parts.push(await evaluator.evaluate({ text: `get_url_${name}(url)`, row }));
    }
    expect(parts).toEqual(expected.map((value) => ({ value, fails: false })));
  });

  it.each<[expression: string, expected: unknown]>([
    ['get_url_path("https://h/a/b.csv?x=/y", false)', 'b.csv'],
    ['get_url_path("https://h/a/b.csv", true)', '/a/b.csv'],
    ['get_url_path("https://h/a/", false)', ''],
    ['get_url_path("https://h", false)', ''],
    ['get_url_path("nothing", false)', null],
    ['get_url_query_str("https://h/?a=1&b=2#f", "retain")', { a: '1', b: '2#f' }],
    ['get_url_query_str("https://h/?a=1&b=2#f&g=1", "append")', { a: '1', b: '2', _anchor_: 'f&g=1' }],
    ['get_url_query_str("https://h/?a=1&b=2#f", "remove")', { a: '1', b: '2' }],
    ['get_url_query_str("https://h/?a=1&a=2&b&c=&=d&&e=x=y", "remove")', { a: '2', b: '', c: '', e: 'x=y' }],
    ['get_url_query_str("https://h/?q=a%20b", "remove")', { q: 'a%20b' }],
    ['get_url_query_str("https://h/", "append")', {}],
    ['get_url_query_str("https://h/#f", "retain")', {}],
    ['get_url_query_str("https://h/#f", "append")', { _anchor_: 'f' }],
    ['get_url_query_str("https://h/?_anchor_=1#f", "append")', { _anchor_: 'f' }],
    ['get_url_query_str("nothing", "append")', null],
    ['get_url_query_str(nothing, "append")', null],
    [
      'get_url_encoded(" !\\"#$%&\'()*+,-./:;<=>?@[\\\\]^_`{|}~ü😀aZ9")',
      '%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D%7E%C3%BC%F0%9F%98%80aZ9',
    ],
    ['get_url_encoded("")', ''],
    ['get_url_decoded("%C3%BC+%F0%9F%98%80%2b")', 'ü 😀+'],
    ['get_url_decoded(get_url_encoded("a+b c~*%"))', 'a+b c~*%'],
    ['get_url_decoded("%zz")', 'fails'],
    ['get_url_decoded("a%2")', 'fails'],
    ['get_url_decoded("100%")', 'fails'],
    ['get_url_decoded("%ff")', 'fails'],
  ])('%s gives %j', async (text, expected) => {
    const { value, fails } = await evaluator.evaluate({ text, row: { nothing: null } });
    expect(fails ? 'fails' : value).toEqual(expected);
  });
});
