import { quoteIdentifier, quoteLiteral } from '@tributary/data-prep';
import { heldSqlType } from './parquet-fields.ts';
import { type Content, type ListType, type MapType, type StructType, targetsOf } from './target-content.ts';
import type { TargetFieldType } from './transform.ts';

/** The name of a planned target's value in the relations built here. */
export function valueName(target: number): string {
  return `v${target}`;
}

/** The name of the flag, never null, that tells that a planned target's expression failed. */
export function failureName(target: number): string {
  return `f${target}`;
}

/**
 * SQL for a column of the target row. An object without any value in it is null, and so are a map without entries and a
 * list whose elements are all gaps.
 *
 * @param iterated whether a planned target has a value for each element of the lists that its path runs through
 */
export function targetExpression(content: Content, iterated: (target: number) => boolean): string {
  return new Assembly(iterated, []).part(content, content.type, undefined);
}

/** A value that parts may be taken from, where no mapping of their own gives them. */
interface Base {
  readonly sql: string;
  readonly type: TargetFieldType;
}

class Assembly {
  readonly #iterated: (target: number) => boolean;
  /** Positions, from 1, in the lists that are being iterated over, outermost first. */
  readonly #positions: readonly string[];

  constructor(iterated: (target: number) => boolean, positions: readonly string[]) {
    this.#iterated = iterated;
    this.#positions = positions;
  }

  /** The value of `type` that content makes, with what it lacks taken from `base`. */
  part(content: Content | undefined, type: TargetFieldType, base: Base | undefined): string {
    if (content === undefined) {
      return base === undefined ? `CAST(NULL AS ${heldSqlType(type)})` : casted(base.sql, base.type, type);
    }
    if (content.kind === 'value') return casted(this.#value(content.whole), content.type, type);
    const own = this.#baseOf(content) ?? base;
    const isPresent = this.#isPresent(content, own);
    switch (content.kind) {
      case 'struct':
        if (type.kind !== 'struct') break;
        return `CASE WHEN ${isPresent} THEN ${this.#struct(content.members, type, own)} END`;
      case 'list':
        if (type.kind !== 'list') break;
        return this.#list(content, type, own, isPresent);
      case 'map':
        if (type.kind !== 'map') break;
        return `CASE WHEN ${isPresent} THEN ${this.#map(content.entries, type, own)} END`;
    }
    throw new Error(`A ${content.kind} can't fill a ${type.kind}`);
  }

  #struct(members: ReadonlyMap<string, Content>, type: StructType, base: Base | undefined): string {
    const parts = type.fields.map(({ name, type: inner }) => {
      return `${quoteIdentifier(name)} := ${this.part(members.get(name), inner, memberOf(base, name))}`;
    });
    return `struct_pack(${parts.join(', ')})`;
  }

  #list(
    { elements, each, whole }: Extract<Content, { readonly kind: 'list' }>,
    type: ListType,
    base: Base | undefined,
    isPresent: string,
  ): string {
    if (each === undefined && base === undefined) return this.#listOfElements(elements, type, isPresent);
    if (each?.kind === 'value' && whole === undefined && elements.size === 0 && this.#iterated(each.whole)) {
      return casted(this.#value(each.whole), { ...type, element: each.type }, type);
    }
    const position = `i${this.#positions.length}`;
    const within = new Assembly(this.#iterated, [...this.#positions, position]);
    const baseElement =
      base?.type.kind === 'list' ? { sql: `${base.sql}[${position}]`, type: base.type.element } : undefined;
    const general = within.part(each, type.element, baseElement);
    const generalBase = each === undefined ? baseElement : { sql: general, type: type.element };
    const cases = Array.from(elements, ([index, element]) => {
      return `WHEN ${position} = ${index + 1} THEN ${within.part(element, type.element, generalBase)} `;
    });
    const element = cases.length === 0 ? general : `CASE ${cases.join('')}ELSE ${general} END`;
    const lengths = [
      ...(base === undefined ? [] : [base.sql]),
      ...(each === undefined ? [] : this.#iteratedBy(each)),
    ].map((list) => `coalesce(len(${list}), 0)`);
    const least = elements.size === 0 ? [] : [String(Math.max(...elements.keys()) + 1)];
    const length = `greatest(0, ${[...lengths, ...least].join(', ')})`;
    return `CASE WHEN ${isPresent} THEN list_transform(range(1, ${length} + 1), lambda ${position}: ${element}) END`;
  }

  /** Gaps between elements are null; gaps at the end are cut off. */
  #listOfElements(elements: ReadonlyMap<number, Content>, type: ListType, isPresent: string): string {
    const length = Math.max(...elements.keys()) + 1;
    const parts = Array.from({ length }, (_, index) =>
      this.part(elements.get(index), type.element, undefined),
    );
    const list = `[${parts.join(', ')}]`;
    if (length === 1) return `CASE WHEN ${isPresent} THEN ${list} END`;
    const cases = [...elements]
      .sort(([one], [other]) => other - one)
      .map(([index, element]) => `WHEN ${this.#isPresent(element, undefined)} THEN ${index + 1}`);
    return `CASE WHEN ${isPresent} THEN (${list})[1:CASE ${cases.join(' ')} END] END`;
  }

  #map(entries: ReadonlyMap<string, Content>, type: MapType, base: Base | undefined): string {
    const entry = heldSqlType({
      kind: 'struct',
      fields: [keyField, { name: 'value', id: 0, type: type.value }],
    });
    const parts = Array.from(entries, ([key, content]) => {
      const inherited =
        base?.type.kind === 'map'
          ? { sql: `${base.sql}[${quoteLiteral(key)}]`, type: base.type.value }
          : undefined;
      return `{'key': ${quoteLiteral(key)}, 'value': ${this.part(content, type.value, inherited)}}`;
    });
    const own = `list_filter(CAST([${parts.join(', ')}] AS ${entry}[]), lambda m: m."value" IS NOT NULL)`;
    if (base === undefined) return `map_from_entries(${own})`;
    const keys = [...entries.keys()].map(quoteLiteral).join(', ');
    const others = `list_filter(map_entries(${base.sql}), lambda m: m."key" NOT IN (${keys}))`;
    return `nullif(map_from_entries(coalesce(CAST(${others} AS ${entry}[]), []) || ${own}), MAP {})`;
  }

  /** SQL, never null: there is a value. */
  #isPresent(content: Content | undefined, base: Base | undefined): string {
    if (content === undefined) return base === undefined ? 'false' : `${base.sql} IS NOT NULL`;
    if (content.kind === 'value') return `${this.#value(content.whole)} IS NOT NULL`;
    const own = this.#baseOf(content) ?? base;
    const parts = this.#presentParts(content, own);
    return parts.length === 1 ? parts.join() : `(${parts.join(' OR ')})`;
  }

  #presentParts(
    content: Exclude<Content, { readonly kind: 'value' }>,
    base: Base | undefined,
  ): readonly string[] {
    switch (content.kind) {
      case 'struct': {
        const inherited = base?.type.kind === 'struct' ? base.type.fields.map(({ name }) => name) : [];
        const names = [...new Set([...content.members.keys(), ...inherited])];
        return names.map((name) => this.#isPresent(content.members.get(name), memberOf(base, name)));
      }
      case 'list': {
        const iterated = content.each === undefined ? [] : this.#iteratedBy(content.each);
        const lists = [...(base === undefined ? [] : [base.sql]), ...iterated];
        return [
          ...lists.map((list) => `${list} IS NOT NULL`),
          ...Array.from(content.elements.values(), (element) => this.#isPresent(element, undefined)),
        ];
      }
      case 'map':
        return [
          ...(base === undefined ? [] : [`${base.sql} IS NOT NULL`]),
          ...Array.from(content.entries.values(), (entry) => this.#isPresent(entry, undefined)),
        ];
    }
  }

  /** The lists below a `[*]` that decide how many elements there are. */
  #iteratedBy(each: Content): readonly string[] {
    return targetsOf(each)
      .filter((target) => this.#iterated(target))
      .map((target) => this.#value(target));
  }

  #baseOf(content: Exclude<Content, { readonly kind: 'value' }>): Base | undefined {
    const { whole, wholeType } = content;
    return whole === undefined || wholeType === undefined
      ? undefined
      : { sql: this.#value(whole), type: wholeType };
  }

  #value(target: number): string {
    const positions = this.#iterated(target) ? this.#positions : [];
    return `${valueName(target)}${positions.map((position) => `[${position}]`).join('')}`;
  }
}

const keyField = { name: 'key', id: 0, type: { kind: 'scalar', icebergType: 'string' } } as const;

function memberOf(base: Base | undefined, name: string): Base | undefined {
  if (base?.type.kind !== 'struct') return undefined;
  const field = base.type.fields.find((candidate) => candidate.name === name);
  return field && { sql: `${base.sql}.${quoteIdentifier(name)}`, type: field.type };
}

function casted(sql: string, from: TargetFieldType, to: TargetFieldType): string {
  return heldSqlType(from) === heldSqlType(to) ? sql : `CAST(${sql} AS ${heldSqlType(to)})`;
}
