import { problem, type RegistryProblem } from '../problem.ts';
import {
  type FieldSchema,
  isContextReference,
  localDefinition,
  type RegistryResource,
  type ResourceLookup,
} from '../registry/resource.ts';
import { isStandard, standardLookup } from '../registry/standard-library.ts';
import { fieldKindOf } from '../registry/xdm-type.ts';
import { arrayNode, describe, EMPTY_OBJECT, scalarNode } from './field-node.ts';
import { type MergeConflict, mergeParts } from './merge.ts';
import type { ObjectNode, XdmNode } from './node.ts';
import { nodesWithin } from './node-count.ts';
import { formatPath } from './path.ts';

/** Most nodes of one resolved resource. ExperienceEvent with every field group meant for it has about 30,000. */
const MAX_NODES = 50_000;
/** Deepest nesting of fields; lists and maps count as levels. */
const MAX_DEPTH = 64;

/** Problems told at most; one faulty definition may be referred to thousands of times. */
const MAX_PROBLEMS = 100;

/** Parsed standard resources: they refer to each other only, so their nodes never change. */
const standardNodes = new WeakMap<RegistryResource, ObjectNode>();

type Path = readonly string[];

/** One composition: follows `$ref` and `allOf` from a resource and gathers what is wrong on the way. */
export class FieldComposer {
  readonly problems: RegistryProblem[] = [];
  readonly #lookup: ResourceLookup;
  /** References being followed right now, outermost first; meeting one again means recursion. */
  readonly #following = new Set<string>();
  #nodes = 0;

  constructor(lookup: ResourceLookup) {
    this.#lookup = lookup;
  }

  /** All fields of a resource, with those of what it names in `allOf`. Its own title is not the node's. */
  compose(resource: RegistryResource): ObjectNode {
    return this.#follow(resource.$id, [], () => this.#objectOf(resource, []));
  }

  #objectOf(resource: RegistryResource, path: Path): ObjectNode {
    if (!isStandard(resource)) return this.#compositeNode(resource, resource, path);
    const node = standardNodes.get(resource) ?? FieldComposer.#composeStandard(resource);
    this.#count(nodesWithin(node), path);
    return node;
  }

  static #composeStandard(resource: RegistryResource): ObjectNode {
    const composer = new FieldComposer(standardLookup);
    const node = composer.#compositeNode(resource, resource, []);
    const [first] = composer.problems;
    if (first !== undefined) {
      throw new Error(`The standard library is damaged: ${resource.$id}: ${first.message}`);
    }
    standardNodes.set(resource, node);
    return node;
  }

  #nodeOf(field: FieldSchema, home: RegistryResource, path: Path): XdmNode {
    if (!this.#count(1, path)) return EMPTY_OBJECT;
    return describe(this.#structureOf(field, home, path), field);
  }

  #structureOf(field: FieldSchema, home: RegistryResource, path: Path): XdmNode {
    switch (fieldKindOf(field)) {
      case 'scalar':
        return scalarNode(field);
      case 'array':
        return arrayNode(field, this.#nodeOf(field.items ?? {}, home, [...path, '[]']));
      case 'map': {
        const values = typeof field.additionalProperties === 'object' ? field.additionalProperties : {};
        return { kind: 'map', values: this.#nodeOf(values, home, [...path, '{}']) };
      }
      case 'object':
        if (isBareReference(field)) return this.#referenced(field.$ref, home, path);
        return this.#compositeNode(field, home, path);
    }
  }

  /** An object of several parts: what it refers to, each part of its `allOf`, and its own properties. */
  #compositeNode(field: FieldSchema, home: RegistryResource, path: Path): ObjectNode {
    const parts: { readonly name: string; readonly node: ObjectNode }[] = [];
    const add = (name: string, node: XdmNode): void => {
      if (node.kind === 'object') parts.push({ name, node });
      else this.#report('XDM-1413-400', path, `${name} is no object, so nothing can be joined to it.`);
    };
    if (field.$ref !== undefined) add(field.$ref, this.#referenced(field.$ref, home, path));
    for (const part of field.allOf ?? []) {
      add(part.$ref ?? home.$id, this.#nodeOf(part, home, path));
    }
    add(home.$id, this.#ownProperties(field, home, path));
    const joined = parts.map(({ name, node }) => ({
      node,
      report: (conflict: MergeConflict) => this.#reportConflict(conflict, name),
    }));
    return mergeParts(joined, path);
  }

  #ownProperties(field: FieldSchema, home: RegistryResource, path: Path): ObjectNode {
    if (field.properties === undefined && field.required === undefined) return EMPTY_OBJECT;
    const properties = new Map<string, XdmNode>();
    for (const [name, property] of Object.entries(field.properties ?? {})) {
      properties.set(name, this.#nodeOf(property, home, [...path, name]));
    }
    return { kind: 'object', properties, required: new Set(field.required) };
  }

  #referenced(reference: string, home: RegistryResource, path: Path): XdmNode {
    if (isContextReference(reference)) return EMPTY_OBJECT;
    if (reference.startsWith('#')) return this.#localDefinition(reference, home, path);
    const resource = this.#lookup.find(reference);
    if (resource === undefined) {
      this.#report('XDM-1000-400', path, `$ref names ${reference}, which does not exist. ${REFERENCE_MEND}`);
      return EMPTY_OBJECT;
    }
    const node = this.#follow(reference, path, () => this.#objectOf(resource, path));
    return { ...node, title: resource.title };
  }

  #localDefinition(reference: string, home: RegistryResource, path: Path): XdmNode {
    const definition = localDefinition(home, reference);
    if (definition === undefined) {
      const known = Object.keys(home.definitions ?? {}).map((name) => `#/definitions/${name}`);
      const mend = known.length === 0 ? 'It has no definitions.' : `It has ${known.join(', ')}.`;
      this.#report(
        'XDM-1000-400',
        path,
        `$ref names ${reference}, which ${home.$id} does not define. ${mend}`,
      );
      return EMPTY_OBJECT;
    }
    return this.#follow(`${home.$id}${reference}`, path, () => this.#nodeOf(definition, home, path));
  }

  #follow<Node extends XdmNode>(reference: string, path: Path, compose: () => Node): Node | ObjectNode {
    if (this.#following.has(reference)) {
      const mend = 'Leave the field out here, or give the other one’s id as a text.';
      this.#report('XDM-1000-400', path, `${reference} contains itself, so its fields have no end. ${mend}`);
      return EMPTY_OBJECT;
    }
    this.#following.add(reference);
    const node = compose();
    this.#following.delete(reference);
    return node;
  }

  /** False, and reported, once the schema is too large or where this path is too deep. */
  #count(nodes: number, path: Path): boolean {
    const wasWithin = this.#nodes <= MAX_NODES;
    this.#nodes += nodes;
    if (this.#nodes > MAX_NODES) {
      const mend = 'Use fewer field groups or flatter data types.';
      if (wasWithin) this.#report('XDM-1000-400', [], `More than ${MAX_NODES} fields. ${mend}`);
      return false;
    }
    if (path.length <= MAX_DEPTH) return true;
    this.#report('XDM-1000-400', path, `Fields are nested more than ${MAX_DEPTH} levels deep.`);
    return false;
  }

  #reportConflict(conflict: MergeConflict, partName: string): void {
    const path = formatPath(conflict.path);
    const { first, second } = conflict;
    const messages = {
      types: `Cannot merge incompatible data types. The path ${path} is already defined as ${first}; ${partName} defines it as ${second}. Types: ${first}, ${second}. Rename one of the fields or leave one part out.`,
      'names-differ-in-case': `${partName} adds ${path}, but ${first} is already there and differs only in case. Names must differ in more than case: rename one of the two.`,
      'no-common-values': `No value of ${path} satisfies both parts (${first}; ${second} of ${partName}). Give them at least one value in common.`,
    };
    this.#tell(problem('XDM-1413-400', path, messages[conflict.reason]));
  }

  #report(code: 'XDM-1000-400' | 'XDM-1413-400', path: Path, message: string): void {
    this.#tell(problem(code, formatPath(path), message));
  }

  #tell(fault: RegistryProblem): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(fault);
  }
}

const REFERENCE_MEND = 'Name the $id of a resource of the standard library or of this sandbox.';

function isBareReference(field: FieldSchema): field is FieldSchema & { readonly $ref: string } {
  return (
    field.$ref !== undefined &&
    field.allOf === undefined &&
    field.properties === undefined &&
    field.required === undefined
  );
}
