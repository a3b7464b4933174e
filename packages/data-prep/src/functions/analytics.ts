import { bindOnce, madeOf, valuesOf } from '../sql/emitted.ts';
import { lambda } from '../sql/lambda.ts';
import { arrayOf } from '../types.ts';
import type { FunctionEntry, Parameter } from './entry.ts';
import { fixed } from './signature.ts';

const category = 'Analytics';
const form = 'function';
const events: Parameter = { name: 'events', type: 'string', description: 'An Adobe Analytics event list.' };
const products: Parameter = {
  name: 'products',
  type: 'string',
  description: 'An Adobe Analytics product list.',
};

/** Fields of one product in a product list, `category;name;quantity;price;events;evars`, counted from 1. */
const productFields = [
  { name: 'aa_get_product_categories', position: 1, what: 'category', result: '["Shoes"]' },
  { name: 'aa_get_product_names', position: 2, what: 'name', result: '["Boot"]' },
  { name: 'aa_get_product_quantities', position: 3, what: 'quantity', result: '["1"]' },
  { name: 'aa_get_product_prices', position: 4, what: 'price', result: '["3.50"]' },
] as const;
const EVENTS = 5;
const EVARS = 6;

/**
 * Functions on the lists of Adobe Analytics. A product list has products between commas, the fields of each between
 * semicolons, and events and evars between bars; an event list has events between commas. An event is written `name`,
 * `name=value`, `name=value:id` or `name:id`.
 */
export const analyticsFunctions: readonly FunctionEntry[] = [
  eventFunction({
    name: 'aa_get_event_id',
    description: 'The id of an event in an event list: what follows its colon.',
    result: '"123456"',
    read: idOf,
  }),
  eventFunction({
    name: 'aa_get_event_value',
    description: 'The value of an event in an event list, as text; 1 for an event without one.',
    result: '"5"',
    read: countOf,
  }),
  ...productFields.map(
    ({ name, position, what, result }): FunctionEntry => ({
      name,
      aliases: [],
      category,
      form,
      parameters: [products],
      signature: fixed(['string'], arrayOf('string')),
      returnType: 'array',
      description: `The ${what} of each product in a product list, as text.`,
      nulls: `Null for a null list; a product without ${what === 'name' ? 'a' : 'such a'} ${what} gives a null element.`,
      example: { expression: `${name}("Shoes;Boot;1;3.50")`, result },
      emit: (args) => {
        const [list = 'NULL'] = valuesOf(args);
        return madeOf(
          args,
          ofEachProduct(list, (product) => fieldAt(product, position)),
        );
      },
    }),
  ),
  productItemFunction({
    name: 'aa_get_product_event_values',
    item: { name: 'event', type: 'string', description: 'The name of the event.' },
    position: EVENTS,
    description:
      'The value of an event in each product of a product list, as text, without its id; 1 for an event without a value.',
    example: {
      expression: 'aa_get_product_event_values(";Boot;1;3.50;event1=2.3|event2=5:1", "event2")',
      result: '["5"]',
    },
    read: countOf,
  }),
  productItemFunction({
    name: 'aa_get_product_evars',
    item: { name: 'evar', type: 'string', description: 'The name of the evar.' },
    position: EVARS,
    description: 'The value of an evar in each product of a product list.',
    example: {
      expression: 'aa_get_product_evars(";Boot;1;3.50;;eVar1=red|eVar2=blue", "eVar2")',
      result: '["blue"]',
    },
    read: textOf,
  }),
];

interface EventFunction {
  readonly name: string;
  readonly description: string;
  readonly result: string;
  readonly read: (item: string) => string;
}

function eventFunction({ name, description, result, read }: EventFunction): FunctionEntry {
  return {
    name,
    aliases: [],
    category,
    form,
    parameters: [events, { name: 'event', type: 'string', description: 'The name of the event.' }],
    signature: fixed(['string'], 'string'),
    returnType: 'string',
    description,
    nulls: 'Null for a null list, and where the event is absent.',
    example: { expression: `${name}("event101=5:123456,scOpen", "event101")`, result },
    emit: (args) => {
      const [list = 'NULL', event = 'NULL'] = valuesOf(args);
      return madeOf(args, ofItem(list, ',', event, read));
    },
  };
}

interface ProductItemFunction {
  readonly name: string;
  readonly item: Parameter;
  readonly position: number;
  readonly description: string;
  readonly example: FunctionEntry['example'];
  readonly read: (item: string) => string;
}

function productItemFunction({
  name,
  item,
  position,
  description,
  example,
  read,
}: ProductItemFunction): FunctionEntry {
  return {
    name,
    aliases: [],
    category,
    form,
    parameters: [products, item],
    signature: fixed(['string'], arrayOf('string')),
    returnType: 'array',
    description,
    nulls: `Null for a null list; a product without the ${item.name} gives a null element.`,
    example,
    emit: (args) => {
      const ofProducts = bindOnce(valuesOf(args), (list, wanted) => {
        return ofEachProduct(list, (product) => ofItem(fieldAt(product, position), '|', wanted, read));
      });
      return madeOf(args, ofProducts);
    },
  };
}

/** A comma at the end of the list starts no product. */
function ofEachProduct(list: string, read: (product: string) => string): string {
  const given = `list_filter(string_split(${list}, ','), ${lambda((product) => `trim(${product}) <> ''`)})`;
  return `list_transform(${given}, ${lambda(read)})`;
}

function fieldAt(product: string, position: number): string {
  return givenText(`trim(string_split(${product}, ';')[${position}])`);
}

/** What is read of the first item of that name, in a list of items such as `name=value:id`. */
function ofItem(list: string, separator: string, name: string, read: (item: string) => string): string {
  return bindOnce([list, name], (items, wanted) => {
    const isWanted = lambda(
      (item) => `regexp_extract(${item}, '^\\s*([^=:]*?)\\s*(?:[=:]|$)', 1) = trim(${wanted})`,
    );
    const found = `list_filter(string_split(${items}, '${separator}'), ${isWanted})[1]`;
    return bindOnce([found], read);
  });
}

function textOf(item: string): string {
  return givenText(`trim(regexp_extract(${item}, '=(.*)$', 1))`);
}

/** An event that is there without a value counts one. */
function countOf(item: string): string {
  const value = givenText(`trim(regexp_extract(${item}, '=([^:]*)', 1))`);
  return `CASE WHEN ${item} IS NOT NULL THEN coalesce(${value}, '1') END`;
}

function idOf(item: string): string {
  return givenText(`trim(regexp_extract(${item}, ':(.*)$', 1))`);
}

function givenText(text: string): string {
  return bindOnce([text], (value) => `CASE WHEN ${value} <> '' THEN ${value} END`);
}
