import type { ObjectNode, XdmNode } from '@tributary/xdm';
import type { ValueKind } from './value-kind.ts';
import { weightOf, wordsOf } from './words.ts';

/** A field of a target schema that one value can fill. */
export interface TargetField {
  /** As a mapping names it. */
  readonly destination: string;
  /** Names from the root, with dots between them. */
  readonly path: string;
  /** The words of the field's own name. */
  readonly ownWords: ReadonlySet<string>;
  /** Each word of the path, with how much it says: names further from the field say less. */
  readonly weights: ReadonlyMap<string, number>;
  /** What its values must look like, where the field says so. */
  readonly wants: ValueKind | undefined;
}

/** Deeper fields, and more of them, are not looked at: schemas may refer to themselves in turns. */
const MAX_DEPTH = 8;
const MAX_FIELDS = 20_000;

/** What a name says, against one that is a step nearer to the field. */
const ANCESTOR_WEIGHT = 0.5;

/** The fields of a target that one value, or a list of values, can fill, in the order of the schema. */
export function targetFields(root: ObjectNode): readonly TargetField[] {
  const fields: TargetField[] = [];
  const visit = (node: XdmNode, names: readonly string[]): void => {
    if (fields.length >= MAX_FIELDS) return;
    if (node.kind === 'object') {
      if (names.length >= MAX_DEPTH) return;
      for (const [name, child] of node.properties) visit(child, [...names, name]);
    } else if (node.kind === 'scalar' || (node.kind === 'array' && node.items.kind === 'scalar')) {
      fields.push(fieldAt(names, node));
    }
  };
  visit(root, []);
  return fields;
}

function fieldAt(names: readonly string[], node: XdmNode): TargetField {
  // A namespace, such as that of the tenant, says nothing of the field.
  const telling = names.filter((name, index) => !name.startsWith('_') || index === names.length - 1);
  const words = telling.map(wordsOf);
  const weights = new Map<string, number>();
  for (const [distance, own] of words.toReversed().entries()) {
    for (const word of own) {
      const weight = weightOf(word) * ANCESTOR_WEIGHT ** distance;
      weights.set(word, Math.max(weight, weights.get(word) ?? 0));
    }
  }
  return {
    destination: names.map(escaped).join('.'),
    path: names.join('.'),
    ownWords: new Set(words.at(-1)),
    weights,
    wants: wantedKind(new Set(words.at(-1)), new Set(words.at(-2)), node),
  };
}

function wantedKind(
  own: ReadonlySet<string>,
  parent: ReadonlySet<string>,
  node: XdmNode,
): ValueKind | undefined {
  if (parent.has('email') && own.has('address')) return 'email';
  if (parent.has('phone') && own.has('number')) return 'phone';
  if (own.has('country') && own.has('code')) return 'country-code';
  if (own.has('url') || own.has('website')) return 'url';
  if (node.kind !== 'scalar') return undefined;
  return node.xdmType === 'date' || node.xdmType === 'date-time' ? 'date' : undefined;
}

/** Characters that mean something in a path are written after a backslash. */
function escaped(name: string): string {
  return name.replaceAll(/[.[\]{}()"'\\]/g, '\\$&');
}
