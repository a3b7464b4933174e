import type { ArrayNode, MapNode, ObjectNode, ScalarNode, XdmNode } from '../compose/node.ts';
import { TEXT_FORMATS } from './formats.ts';
import { MAX_SAMPLE_LENGTH, patternSample } from './pattern-sample.ts';
import { validateDocument } from './validate-document.ts';

/** A JSON object by field name. */
export type SampleRecord = Readonly<Record<string, unknown>>;

/** Values that a sample has at most, lists and objects counted. What is wider, as lists of lists may be, is shown in part. */
const MAX_VALUES = 60_000;
/** Longest list that is shown. */
const MAX_ITEMS = 100;
/** Values of a list of values that are tried. */
const MAX_TRIED = 100;

/**
 * A record that keeps to a resolved schema, the same every time: each field has a value that shows its type, its format and
 * its constraints. A field whose pattern no value is found for is left out.
 */
export function sampleRecord(root: ObjectNode): SampleRecord {
  const sampler = new Sampler();
  return sampler.objectOf(root);
}

class Sampler {
  #values = 0;

  objectOf(node: ObjectNode): SampleRecord {
    const members: [string, unknown][] = [];
    for (const [name, child] of node.properties) {
      const value =
        name === 'identityMap' && child.kind === 'map' ? this.#identities(child) : this.#valueOf(child, name);
      if (value !== undefined) members.push([name, value]);
    }
    return Object.fromEntries(members);
  }

  /** Undefined where there is nothing to show: objects that declare no fields, patterns that nothing is found for. */
  #valueOf(node: XdmNode, name: string, nth = 0): unknown {
    this.#values += 1;
    if (this.#values > MAX_VALUES) return undefined;
    switch (node.kind) {
      case 'scalar':
        return scalarSample(node, nth);
      case 'array':
        return this.#list(node, name);
      case 'map': {
        const value = this.#valueOf(node.values, name);
        return value === undefined ? undefined : { key: value };
      }
      case 'object': {
        const value = this.objectOf(node);
        return Object.keys(value).length === 0 ? undefined : value;
      }
    }
  }

  #list({ items, constraints = {} }: ArrayNode, name: string): unknown {
    const { minItems = 0, maxItems = Infinity } = constraints;
    const length = Math.min(Math.max(1, minItems), maxItems);
    if (length > MAX_ITEMS) return undefined;
    const list: unknown[] = [];
    while (list.length < length) {
      const item = this.#valueOf(items, name, list.length);
      if (item === undefined) return undefined;
      list.push(item);
    }
    return list;
  }

  /** One identity, and that the primary one. */
  #identities({ values }: MapNode): unknown {
    const item = values.kind === 'array' ? this.#valueOf(values.items, '') : undefined;
    return item === undefined
      ? undefined
      : { ECID: [{ ...Object(item), id: '12345678901234567890', primary: true }] };
  }
}

/** The nth of a list of values that keep to a scalar node. */
function scalarSample(node: ScalarNode, nth: number): unknown {
  const candidates = candidatesOf(node, nth);
  const root: ObjectNode = { kind: 'object', properties: new Map([['value', node]]), required: new Set() };
  return candidates.find((value) => value !== undefined && validateDocument(root, { value }).length === 0);
}

/** Values in the order in which they are liked; which of them keep to the node is checked after. */
function candidatesOf(node: ScalarNode, nth: number): readonly unknown[] {
  const { annotations = {}, constraints, xdmType } = node;
  const { default: given } = annotations;
  const suggested = annotations['meta:enum'];
  switch (xdmType) {
    case 'boolean':
      return [given, false];
    case 'date':
    case 'date-time': {
      const { example = '' } = TEXT_FORMATS[xdmType] ?? {};
      return [nth === 0 ? given : undefined, example];
    }
    case 'string': {
      const values = [...(constraints.enum ?? []), ...Object.keys(Object(suggested))].slice(0, MAX_TRIED);
      const turned = [...values.slice(nth), ...values.slice(0, nth)];
      return [nth === 0 ? given : undefined, ...turned, ...textCandidates(node, nth)];
    }
    default:
      return [nth === 0 ? given : undefined, ...numberCandidates(node, nth)];
  }
}

function textCandidates({ constraints }: ScalarNode, nth: number): readonly (string | undefined)[] {
  const { pattern, format, minLength = 0, maxLength = Infinity } = constraints;
  const text = nth === 0 ? 'string' : `string${nth}`;
  const example = format === undefined ? undefined : TEXT_FORMATS[format]?.example;
  return [
    example,
    ...(pattern === undefined ? [] : [patternSample(pattern, { minLength, maxLength })]),
    text,
    text
      .padEnd(Math.min(minLength, maxLength, MAX_SAMPLE_LENGTH), 'x')
      .slice(0, maxLength === Infinity ? undefined : maxLength),
  ];
}

function numberCandidates({ constraints, xdmType }: ScalarNode, nth: number): readonly number[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = constraints;
  const isWhole = xdmType !== 'number';
  const low = Math.max(minimum ?? -Infinity, exclusiveMinimum ?? -Infinity);
  const high = Math.min(maximum ?? Infinity, exclusiveMaximum ?? Infinity);
  const middle = (low + high) / 2;
  const liked = isWhole || constraints.multipleOf === 1 ? 1 + nth : 1.5 + nth;
  const near = [low, low + 1, low + 0.5, high, high - 1, high - 0.5, middle].filter(Number.isFinite);
  return [liked, nth, ...near, ...near.map(Math.round), ...near.map(Math.ceil), ...near.map(Math.floor)];
}
