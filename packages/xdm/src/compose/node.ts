/** The scalar types of XDM, as `meta:xdmType` spells them. */
export type XdmScalarType =
  | 'string'
  | 'number'
  | 'long'
  | 'int'
  | 'short'
  | 'byte'
  | 'boolean'
  | 'date'
  | 'date-time';

/** What a value must satisfy besides its type; checked at ingestion. */
export interface Constraints {
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** 1, 0.1, 0.01 and so on: the value is an exact decimal with so many places (`decimalDigits`). */
  readonly multipleOf?: number;
  /** Any format but `date` and `date-time`, which are types of their own. */
  readonly format?: string;
}

interface Described {
  readonly title?: string;
  readonly description?: string;
  /** Registry keywords that inform and are never checked, such as `meta:xdmField`, `meta:enum`, `default`. */
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface ScalarNode extends Described {
  readonly kind: 'scalar';
  readonly xdmType: XdmScalarType;
  readonly constraints: Constraints;
}

export interface ObjectNode extends Described {
  readonly kind: 'object';
  /** Child nodes by registry name, in the order of composition. */
  readonly properties: ReadonlyMap<string, XdmNode>;
  /** Names of `properties` that must be present whenever this object is. */
  readonly required: ReadonlySet<string>;
}

/** What an array must satisfy besides the constraints of its items; checked at ingestion. */
export interface ArrayConstraints {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
}

export interface ArrayNode extends Described {
  readonly kind: 'array';
  readonly items: XdmNode;
  /** Left out where there are none. */
  readonly constraints?: ArrayConstraints;
}

export interface MapNode extends Described {
  readonly kind: 'map';
  readonly values: XdmNode;
}

/** One node of a resolved schema: every `$ref` and `allOf` is already followed. */
export type XdmNode = ScalarNode | ObjectNode | ArrayNode | MapNode;
