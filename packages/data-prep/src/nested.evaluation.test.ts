import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluator, type Row } from './testing/evaluate.ts';
import { planExpression } from './validate.ts';

const row: Row = {
  person: { name: { first: 'Ana', last: null }, tags: ['x', 'y'], age: 30 },
  emails: [
    { address: 'a@x.io', kinds: ['home', 'spam'] },
    { address: 'b@x.io', kinds: [] },
  ],
  'a.b': 'flat',
  a: { b: 'nested', c: 'child' },
  mixed: [1, 'two', { three: 3 }, null, [4]],
  labels: { en: 'Hello', de: 'Hallo' },
  counts: { x: 1, y: 2 },
  none: null,
  x: 100,
  item: 'column',
  bound1: 'bound',
  level: 'lvl',
  step: 'stp',
  soFar: 'so',
  s: 'text',
  n: 3,
};
const types = {
  none: 'json',
  labels: { kind: 'map', values: 'string' },
  counts: { kind: 'map', values: 'long' },
} as const;

describe('evaluation of nested values', () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    evaluator = await Evaluator.start();
  });
  afterAll(() => evaluator.stop());

  function check(cases: readonly (readonly [string, unknown])[]) {
    it.each(cases)('%s gives %j', async (text, expected) => {
      const { value, fails } = await evaluator.evaluate({ text, row, types });
      expect(fails ? 'fails' : value).toEqual(expected);
    });
  }

  describe('by paths', () => {
    check([
      ['person.name.first', 'Ana'],
      ['person.name.last', null],
      ['person.name', { first: 'Ana', last: null }],
      ['person.tags[1]', 'y'],
      ['person.tags[2]', null],
      ['emails[0].address', 'a@x.io'],
      ['emails[5].address', null],
      ['emails[0].kinds[1]', 'spam'],
      ['emails.address', ['a@x.io', 'b@x.io']],
      ['emails.kinds', [['home', 'spam'], []]],
      ['flattenArray(emails.kinds)', ['home', 'spam']],
      ['a.b', 'flat'],
      ['a.c', 'child'],
      [`\${a.b}`, 'flat'],
      ['a["b"]', 'nested'],
      ['labels.en', 'Hello'],
      ['labels.fr', null],
      ['labels["de"]', 'Hallo'],
      ['labels[none]', null],
      ['mixed[2].three', 3],
      ['mixed[0].three', null],
      ['mixed.three', [null, null, 3, null, [null]]],
      ['mixed[4][0]', 4],
      ['mixed[3]', null],
      ['none.a.b[0].c', null],
      ['json_to_object("{\\"a\\":{\\"b\\":[1,2]}}").a.b[1]', 2],
      ['to_object("a", to_object("b", 5)).a.b', 5],
      ['(n > 1 ? person : null).name.first', 'Ana'],
      ['first(emails).address', 'a@x.io'],
      ['person.name.get("first")', 'Ana'],
      ['labels.get("de")', 'Hallo'],
      ['labels.get(s)', null],
      ['emails.get(1).address', 'b@x.io'],
      ['person.get(concat("a", "ge"))', 30],
      ['json_to_object("[1,[2]]")[1][0]', 2],
    ]);
  });

  describe('made by literals', () => {
    check([
      ['[1, "a", null, true, [2], {"k": 1}]', [1, 'a', null, true, [2], { k: 1 }]],
      ['[1, 2.5]', [1, 2.5]],
      ['[null]', [null]],
      ['[]', []],
      ['[[], [1]]', [[], [1]]],
      ['{"a": 1, "b": "x", "c": null}', { a: 1, b: 'x', c: null }],
      ['{"a": 1, "a": 2}', { a: 2 }],
      ['{s: n}', { text: 3 }],
      ['{1: "one", true: "yes"}', { 1: 'one', true: 'yes' }],
      ['{none: 1, "b": 2}', { b: 2 }],
      ['{:}', {}],
      ['{}', {}],
      ['{"a": {"b": [1]}}.a.b[0]', 1],
      ['{"a": 1}["a"]', 1],
      ['{"A": 1, "a": 2}.A', 1],
      ['to_object("A", 1, "a", 2)', { A: 1, a: 2 }],
      ['to_object()', {}],
      ['to_object("a", null)', { a: null }],
      ['to_object("a", 1, "a", 2)', { a: 2 }],
      ['to_object(s, 1)', { text: 1 }],
      ['to_object(1, "x")', { 1: 'x' }],
      [
        '[to_object("a", 1), to_object("b", "x")]',
        [
          { a: 1, b: null },
          { a: null, b: 'x' },
        ],
      ],
      ['[to_object("a", 1), to_object("a", "x")]', [{ a: 1 }, { a: 'x' }]],
      ['iif(n > 1, n, "none")', 3],
      ['iif(n > 5, n, "none")', 'none'],
      ['coalesce(none, person, "x")', { name: { first: 'Ana', last: null }, tags: ['x', 'y'], age: 30 }],
      ['iif(n > 1, true, "no")', true],
      ['decode(n, "3", "three")', 'three'],
      ['decode(n, 3.0, "three")', 'three'],
      ['decode(s, 3, "three", "none")', 'none'],
      ['decode(none, null, "null", "other")', 'other'],
      ['decode(s, "text", person, null).age', 30],
    ]);
  });

  describe('of unknown structure in operators', () => {
    check([
      ['mixed[0] + 1', 2],
      ['mixed[1] + 1', 'two1'],
      ['mixed[0] + "a"', '1a'],
      ['mixed[0] * 2', 2],
      ['mixed[1] * 2', 'fails'],
      ['mixed[0] == 1', true],
      ['mixed[0] == "1"', true],
      ['mixed[0] == 1.0', true],
      ['mixed[1] == 1', false],
      ['mixed[3] == null', true],
      ['mixed[0] == mixed[0]', true],
      ['mixed[2] == {"three": 3}', true],
      ['mixed[0] < 2', true],
      ['mixed[1] > "a"', true],
      ['mixed[0] < mixed[1]', true],
      ['json_to_object("[10, 9]")[0] > json_to_object("[10, 9]")[1]', true],
      ['mixed[3] < 1', false],
      ['mixed[3] ?: "x"', 'x'],
      ['json_to_object("[0]")[0] ?: "x"', 'x'],
      ['mixed[2] ?: "x"', { three: 3 }],
      ['!json_to_object("true")', false],
      ['upper(mixed[1])', 'TWO'],
      ['concat(mixed[0], "-", mixed[1])', '1-two'],
      ['min(mixed[0], 5)', 1],
      ['max(mixed[1], "a")', 'two'],
      ['person == person', true],
      ['person.tags == ["x", "y"]', true],
      ['person != null', true],
      ['s =~ ["a", "text"]', true],
      ['s !~ ["a"]', true],
      ['n =~ [1, 3]', true],
      ['n =~ ["3"]', false],
      ['none =~ [1, null]', false],
      ['n =~ person.tags', false],
      ['labels == labels', true],
    ]);
  });

  describe('by lambdas', () => {
    check([
      ['filterArray(emails, e -> e.address == "b@x.io")[0].address', 'b@x.io'],
      ['filterArray(mixed, m -> m != null)', [1, 'two', { three: 3 }, [4]]],
      ['filterArray([1, null, 3], x -> x > 1)', [3]],
      ['filterArray(none, x -> x > 1)', null],
      ['filterArray([], x -> x > 1)', []],
      ['transformArray([1, 2], x -> x + n)', [4, 5]],
      [
        'transformArray([1, 2], x -> concat(item, x, bound1, level, step, soFar))',
        ['column1boundlvlstpso', 'column2boundlvlstpso'],
      ],
      ['transformArray([1, 2], item -> item * 2)', [2, 4]],
      ['transformArray([[1, 2], [3]], xs -> transformArray(xs, y -> y + xs[0]))', [[2, 3], [6]]],
      ['transformArray([[1, 2], [3]], x -> transformArray(x, x -> x + 1))', [[2, 3], [4]]],
      ['transformArray([1, 2], n -> n) == [1, 2] && n == 3', true],
      ['transformArray([1, 2], a -> filterArray([1, 2, 3], b -> b > a))', [[2, 3], [3]]],
      ['transformArray(emails, e -> size_of(filterArray(e.kinds, k -> k == "spam")))', [1, 0]],
      [
        'transformArray(emails, e -> to_object("to", e.address, "n", n))',
        [
          { to: 'a@x.io', n: 3 },
          { to: 'b@x.io', n: 3 },
        ],
      ],
      ['transformArray(["1", "x"], t -> to_integer(t))', 'fails'],
      ['transformArray(["1", "2"], t -> to_integer(t))', [1, 2]],
      ['filterArray(["1", "x"], t -> to_integer(t) > 0)', 'fails'],
      ['transformArray([1, 2], x -> iif(x > 1, "big", x))', [1, 'big']],
      [
        'transformArray([1, 2], x -> {"v": x, "w": join(",", [x, n])})',
        [
          { v: 1, w: '1,3' },
          { v: 2, w: '2,3' },
        ],
      ],
      ['transformArray([1, 2], x -> decode(x, 1, "one", lpad(concat(s, x), 8, "-")))', ['one', '---text2']],
      ['transformArray([2, 1], x -> array_to_string("/", [[x], [n]]))', ['2/3', '1/3']],
      ['transformArray(["a:1,b:2", "a:3"], t -> str_to_object(t).get("a"))', ['1', '3']],
      ['transformArray(["a", "z"], k -> map_has_keys({"a": 1}, k))', [true, false]],
      ['join("-", transformArray(["a", "b"], x -> upper(x)))', 'A-B'],
      ['transformArray(flattenArray([1, [2, [3]]]), x -> x * 2)', [2, 4, 6]],
      ['transformArray([none], x -> x)', [null]],
      ['transformArray(emails, e -> date("2020-01-01"))[0]', '2020-01-01T00:00:00.000Z'],
      ['transformArray(["e1=2:x", "e1"], l -> aa_get_event_value(l, "e1"))', ['2', '1']],
    ]);
  });

  describe('by functions on objects and maps', () => {
    check([
      ['is_empty(none)', true],
      ['is_empty("")', true],
      ['is_empty({:})', true],
      ['is_empty(to_object("a", 1))', false],
      ['is_empty(json_to_object("{}"))', true],
      ['is_empty(json_to_object("[]"))', true],
      ['is_empty(json_to_object("0"))', false],
      ['size_of(labels)', 2],
      ['size_of(person.name)', 1],
      ['size_of(mixed)', 5],
      ['size_of(none)', null],
      ['size_of({"a": null})', 1],
      ['get_keys(labels)', ['en', 'de']],
      ['get_keys({"a": null})', ['a']],
      ['get_keys(none)', null],
      ['get_keys({:})', []],
      ['get_keys(json_to_object("[1]"))', 'fails'],
      [
        'arrays_to_object("a", [1, 2], "b", ["x"])',
        [
          { a: 1, b: 'x' },
          { a: 2, b: null },
        ],
      ],
      ['arrays_to_object("a", [], "b", none)', []],
      ['arrays_to_object(s, [1, 2])', [{ text: 1 }, { text: 2 }]],
      ['arrays_to_objects("a", emails, "b", [1, 2])[1].a.address', 'b@x.io'],
      ['str_to_object("a:1:2 , b : x ,c,, :d")', { a: '1:2', b: 'x', '': 'd' }],
      ['str_to_object("")', {}],
      ['str_to_object("a=1;a=2", "=", ";")', { a: '2' }],
      ['str_to_object("a::1||b::2", "::", "||")', { a: '1', b: '2' }],
      ['str_to_object("a:1", none, "")', { a: '1' }],
      ['get_values("a:1,b:2", "c", ":")', null],
      ['get_values(none, "c", ":")', null],
      ['contains_key("person.name.first")', true],
      ['contains_key("person.name.last")', false],
      ['contains_key("person.name.middle")', false],
      ['contains_key("emails[1].address")', true],
      ['contains_key("emails[7].address")', false],
      ['contains_key("person")', true],
      ['contains_key("nothing.here")', false],
      ['contains_key("labels.en")', true],
      ['contains_key("labels.fr")', false],
      ['is_set("none.a")', false],
      ['map_get_values(labels, "de")', 'Hallo'],
      ['map_get_values(labels, "xx")', null],
      ['map_get_values(labels, ["de", "xx", "de", "en"])', ['Hallo', 'Hello']],
      ['map_get_values(person, "age")', 30],
      ['map_get_values(person, "missing")', null],
      ['map_get_values({1: "one"}, 1)', 'one'],
      ['map_get_values(none, "a")', null],
      ['map_get_values(none, ["a"])', null],
      ['map_get_values(mixed[2], "three")', 3],
      ['map_has_keys(labels, ["xx", "yy"])', false],
      ['map_has_keys(labels, [])', false],
      ['map_has_keys(none, "a")', false],
      ['map_has_keys(labels, none)', false],
      ['map_has_keys(person.name, "last")', false],
      ['map_has_keys({"a": null}, "a")', true],
      ['add_to_map(counts, labels)', { x: 1, y: 2, en: 'Hello', de: 'Hallo' }],
      ['add_to_map(counts, none)', { x: 1, y: 2 }],
      ['add_to_map(none, none)', null],
      ['add_to_map({:}, counts)', { x: 1, y: 2 }],
      ['add_to_map(to_object("x", "first"), counts)', { x: 'first', y: 2 }],
      ['array_to_map([{"k": 1, "v": 2}, {"k": 1, "v": 3}, {"v": 4}], "k")', { 1: { k: 1, v: 3 } }],
      ['array_to_map([], "k")', {}],
      ['array_to_map(emails, "address").get("b@x.io").kinds', []],
      ['array_to_map(emails, address)["a@x.io"].address', 'a@x.io'],
      ['object_to_map(emails, address).get("a@x.io").address', 'a@x.io'],
      ['object_to_map(person.name)', { first: 'Ana' }],
      ['object_to_map("a", 1, n, "x")', { a: 1, 3: 'x' }],
      ['object_to_map(none)', null],
      ['object_to_map(json_to_object("[{\\"k\\":\\"a\\"}]"), k)', { a: { k: 'a' } }],
      ['object_to_map("a", none)', { a: null }],
      ['to_map("a", 1, "a", 2)', { a: 2 }],
      ['to_map(s, 1, s, 2)', { text: 2 }],
      ['to_map()', {}],
      ['json_to_object("null")', null],
      ['json_to_object(" [1, 2] ")', [1, 2]],
      ['json_to_object("\\"x\\"")', 'x'],
      ['json_to_object("")', 'fails'],
      ['json_to_object(none)', null],
      ['json_to_object("{\\"a\\": null}").a', null],
      ['json_to_object("{\\"a\\": {\\"b.c\\": 1}}").a.b\\.c', 1],
    ]);
  });

  describe('by functions on arrays', () => {
    check([
      ['coalesce(mixed)', 1],
      ['coalesce([null, "", 1])', ''],
      ['coalesce([])', null],
      ['coalesce(-s)', 'fails'],
      ['coalesce([none, none])', null],
      ['coalesce(none, false, true)', false],
      ['coalesce(emails).address', 'a@x.io'],
      ['coalesce(emails.kinds)', ['home', 'spam']],
      ['first(json_to_object("[7, 8]"))', 7],
      ['last(json_to_object("[7, null]"))', null],
      ['first(json_to_object("5"))', 5],
      ['last(none)', null],
      ['first([[1], [2]])', [1]],
      ['first(null, 1)', null],
      ['add_to_array(none, 1)', [1]],
      ['add_to_array([1])', [1]],
      ['add_to_array([1], null)', [1, null]],
      ['add_to_array([1], [2])', [1, [2]]],
      ['add_to_array(emails, to_object("address", "c"))[2].address', 'c'],
      ['join_arrays([1], none, ["a"])', [1, 'a']],
      ['join_arrays(none)', null],
      ['join_arrays(none, none)', null],
      ['join_arrays(none, [])', []],
      ['join_arrays(emails, emails)[3].address', 'b@x.io'],
      ['to_array(true)', []],
      ['to_array(true, null, null)', [null, null]],
      ['to_array(false, null)', []],
      ['to_array(true, [1], "a")', [[1], 'a']],
      ['upsert_array_append(emails)[0].address', 'a@x.io'],
      ['upsert_array_replace(none)', null],
      ['upsert_array_append(none)', null],
      ['array_to_string(",", [1, null, "b", [2.5, [true]]])', '1,,b,2.5,true'],
      ['array_to_string(",", [])', ''],
      ['array_to_string(",", none)', null],
      ['array_to_string("", ["a", "b"])', 'ab'],
      ['array_to_string(";", [1.0, 20])', '1;20'],
      ['array_to_string(";", [{"a": 1}])', '{"a":1}'],
      ['flattenArray(none)', null],
      ['flattenArray([])', []],
      ['flattenArray([[], [[]]])', []],
      ['flattenArray([1, [null, ["[[["]]])', [1, null, '[[[']],
      ['flattenArray([[1, 2], [3]])', [1, 2, 3]],
      ['flattenArray([{"a": [1]}, [{"b": 2}]])', [{ a: [1] }, { b: 2 }]],
    ]);
  });

  describe('by functions on lists of Adobe Analytics', () => {
    check([
      ['aa_get_event_id("event1=2,event10=5:x", "event1")', null],
      ['aa_get_event_id("event1:abc,event10", "event1")', 'abc'],
      ['aa_get_event_id("event1", none)', null],
      ['aa_get_event_value("event10=5,event1=2", "event1")', '2'],
      ['aa_get_event_value("event1:abc", "event1")', '1'],
      ['aa_get_event_value("event1", "event2")', null],
      ['aa_get_event_value(" event1 = 3 , x", "event1")', '3'],
      ['aa_get_event_value(none, "event1")', null],
      ['aa_get_event_value("", "event1")', null],
      ['aa_get_product_names("a;b,c;d,")', ['b', 'd']],
      ['aa_get_product_names("")', []],
      ['aa_get_product_names(none)', null],
      ['aa_get_product_prices(";x;1;3.50;;eVar1=2,;y")', ['3.50', null]],
      ['aa_get_product_event_values(";x;1;2;event1=5,;y;;;event2", "event1")', ['5', null]],
      ['aa_get_product_event_values(";y;;;event2|", "event2")', ['1']],
      ['aa_get_product_evars(";x;1;2;;eVar1=a:b=c", "eVar1")', ['a:b=c']],
      ['aa_get_product_evars(";x;1;2;;eVar10=a", "eVar1")', [null]],
    ]);
  });

  describe('refuses', () => {
    it.each([
      ['person.nme', 'There is no field "nme" here. Did you mean "name"?'],
      ['emails[0].adress', 'There is no field "adress" here. Did you mean "address"?'],
      ['emails.adress', 'There is no field "adress" here. Did you mean "address"?'],
      ['s.length', 'A value of type string has no field "length".'],
      ['prson.name', 'The source has no column "prson.name". Did you mean "person"?'],
      ['person.get("agee")', 'In get(), there is no field "agee" here. Did you mean "age"?'],
      ['transformArray(emails, e -> e.adress)', 'There is no field "adress" here. Did you mean "address"?'],
      [
        'transformArray([n], element -> elemnt.address)',
        'The source has no column "elemnt.address". Did you mean "element"?',
      ],
      ['s[0]', 'In "[]", an array, object or map is needed here, not a value of type string.'],
      ['person + "a"', 'In "+", arrays and objects cannot be joined to a text; use join() for an array.'],
      ['to_object("a")', 'In to_object(), this key has no value; keys and values are given in turn.'],
      ['to_object(null, 1)', 'In to_object(), a key must be a text.'],
      ['{person: 1}', 'In to_map(), a key must be a text.'],
      [
        'filterArray(s, x -> x > 1)',
        'In filterArray(), an array is needed here, not a value of type string.',
      ],
      [
        'filterArray(emails, n)',
        'In filterArray(), a function of an element is needed here, such as "x -> x > 0".',
      ],
      [
        'filterArray(emails, e -> e)',
        "In filterArray(), a value of type object can't be used where boolean is needed.",
      ],
      ['array_to_map([[1]], "k")', 'In array_to_map(), a value of type integer has no field "k".'],
      ['get_keys(s)', 'In get_keys(), an object or a map is needed here, not a value of type string.'],
      [
        'array_to_map(emails, "adress")',
        'In array_to_map(), there is no field "adress" here. Did you mean "address"?',
      ],
      [
        'contains_key(s)',
        'The path of contains_key() must be a text in quotation marks, such as "address.city".',
      ],
      [
        'contains_key("a b")',
        'The text "a b" is no path; write it like "address.city" or "emails[0].address".',
      ],
      [
        'x -> x',
        'A function of an element may stand only as an argument of filterArray() or transformArray().',
      ],
      [
        'upper(x -> x)',
        'A function of an element may stand only as an argument of filterArray() or transformArray().',
      ],
      ['min(person, 1)', 'In min(), a number, text or date is needed here, not a value of type object.'],
      ['decode(person, "a", 1)', "In decode(), string and object can't be compared."],
      ['upper(person)', "In upper(), a value of type object can't be used where string is needed."],
    ])('%s: %s', (text, message) => {
      const planned = evaluator.plan({ text, row, types });
      expect(planned.ok ? 'a plan' : planned.errors.map((error) => error.message)).toEqual([message]);
    });

    it.each([
      ['person.nam', 7, 3],
      ['concat(s, person . nam.x)', 19, 3],
      [`upper(person.\${na m})`, 13, 7],
    ])('in %s the step that is unknown, where it stands', (text, offset, length) => {
      const planned = evaluator.plan({ text, row, types });
      const positions = planned.ok ? [] : planned.errors.map(({ position }) => position);
      expect(positions).toMatchObject([{ offset, length }]);
    });

    it('a placeholder that nothing stands in for, and takes one that has a text', async () => {
      const text = `concat(s, "@\${CRM_ORG_ID}.\${SOURCE_INSTANCE_ID}")`;
      expect(planExpression(text, 'unknown')).toMatchObject({
        ok: false,
        errors: [{ code: 'unresolved-placeholder', position: { offset: 10 } }],
      });
      const placeholders = { CRM_ORG_ID: 'org"1', SOURCE_INSTANCE_ID: '00D0' };
      const outcome = await evaluator.evaluate({ text, row, types, placeholders });
      expect(outcome).toEqual({ value: 'text@org"1.00D0', fails: false });
    });
  });
});
