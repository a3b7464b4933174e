import type { ObjectNode, XdmNode } from '../compose/node.ts';
import { closeNames } from '../compose/node-path.ts';

/** An element of an array or a value of a map, as paths of descriptors name it: `[*]`, `[0]` or `*`. */
const ELEMENT = /^(\[(\*|\d+)\]|\*)$/;
const PATH = /^(\/[^/[\]]+(\[(\*|\d+)\])*)+$/;

/** Longest path that is looked at. */
const MAX_LENGTH = 2_000;

/**
 * The steps of a path such as `/person/name` or `/orders[*]/sku`; undefined where it is none. JSON-LD names lose their
 * prefix: `/xdm:eventType` is `/eventType` in the registry.
 */
export function propertySteps(path: string): readonly string[] | undefined {
  if (path.length > MAX_LENGTH || !PATH.test(path)) return undefined;
  return path
    .slice(1)
    .split('/')
    .flatMap((segment) => {
      const [, name = '', elements = ''] = /^([^[]+)(.*)$/.exec(segment) ?? [];
      return [name.replace(/^xdm:/, ''), ...elements.split(/(?<=\])/).filter((step) => step !== '')];
    });
}

/** The path of steps, as descriptors write it. */
export function propertyPath(steps: readonly string[]): string {
  return steps.map((step) => (step.startsWith('[') ? step : `/${step}`)).join('');
}

export type PropertySearch =
  | {
      readonly found: true;
      readonly node: XdmNode;
      /** Whether it stands in an array or a map, so that a record has it several times. */
      readonly repeats: boolean;
      /** Whether each record must have it: it and every object around it are required. */
      readonly isRequired: boolean;
    }
  | {
      readonly found: false;
      /** What is missing, and what was probably meant. */
      readonly message: string;
    };

/** The field of a resolved schema at a descriptor's path. The step into an array may be left out. */
export function propertyAt(root: ObjectNode, steps: readonly string[]): PropertySearch {
  let node: XdmNode = root;
  let repeats = false;
  let isRequired = true;
  for (const [index, step] of steps.entries()) {
    while (node.kind === 'array' && !ELEMENT.test(step)) {
      node = node.items;
      repeats = true;
    }
    const next = childOf(node, step);
    if (next === undefined) return { found: false, message: missing(node, steps.slice(0, index), step) };
    isRequired &&= node.kind === 'object' && node.required.has(step);
    repeats ||= node.kind !== 'object';
    node = next;
  }
  return { found: true, node, repeats, isRequired };
}

function childOf(node: XdmNode, step: string): XdmNode | undefined {
  switch (node.kind) {
    case 'object':
      return node.properties.get(step);
    case 'array':
      return ELEMENT.test(step) ? node.items : undefined;
    case 'map':
      return node.values;
    case 'scalar':
      return undefined;
  }
}

function missing(at: XdmNode, parent: readonly string[], step: string): string {
  const where = parent.length === 0 ? 'The schema' : `"${propertyPath(parent)}"`;
  const names = at.kind === 'object' ? closeNames(step, [...at.properties.keys()]) : [];
  const hint = names.map((name) => `"${propertyPath([...parent, name])}"`).join(' or ');
  return `${where} has no field "${step}".${hint === '' ? '' : ` Did you mean ${hint}?`}`;
}
