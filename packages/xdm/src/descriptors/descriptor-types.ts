import type { XdmScalarType } from '../compose/node.ts';

/** What a descriptor's own field holds. */
export type DescriptorFieldKind =
  /** `$id` of a schema. */
  | 'schema'
  /** Major version of a schema; always 1. */
  | 'version'
  /** A path such as `/person/name`. */
  | 'property'
  /** Code or id of an identity namespace. */
  | 'namespace'
  | 'flag'
  | 'text'
  /** Texts by locale: `{"en_us": …}`. */
  | 'localized'
  /** Labels by value, as in `meta:enum`. */
  | 'labels'
  /** An array of different texts, at least one. */
  | 'texts'
  /** A time zone of the IANA database. */
  | 'timezone';

export interface DescriptorField {
  readonly kind: DescriptorFieldKind;
  readonly required?: true;
  /** The only texts it may be. */
  readonly oneOf?: readonly string[];
  /** What it is where it is left out. */
  readonly default?: string | number | boolean;
  /** Most characters of a text. */
  readonly maxLength?: number;
  /** Other names that clients write it by. */
  readonly aliases?: readonly string[];
}

/** Which fields of a schema `xdm:sourceProperty` may lead to. */
export interface DescribedField {
  /** Whether it must have a value of its own rather than fields. */
  readonly isLeaf: boolean;
  /** Left out: all of them. */
  readonly types?: readonly XdmScalarType[];
  /** Whether it may stand in arrays and maps, where a record has it several times. */
  readonly mayRepeat: boolean;
  /** Whether each record must have it. */
  readonly isRequired?: true;
}

/** One `@type` of descriptor: what it says, and where it may stand. */
export interface DescriptorType {
  readonly fields: Readonly<Record<string, DescriptorField>>;
  /** `many`: an array of paths is taken too. `none`: the whole schema is described, though a path may be given. */
  readonly sourceProperty: 'one' | 'many' | 'none';
  readonly describes: DescribedField;
  /** Whether a schema has at most one. */
  readonly oncePerSchema?: true;
}

const LONGEST_NAME = 35;

const LEAF: DescribedField = { isLeaf: true, mayRepeat: true };
const ANY_FIELD: DescribedField = { isLeaf: false, mayRepeat: true };

const destination: DescriptorType['fields'] = {
  'xdm:destinationSchema': { kind: 'schema', required: true },
  'xdm:destinationVersion': { kind: 'version', default: 1 },
  'xdm:destinationProperty': { kind: 'property' },
};

const plainRelationship: DescriptorType = {
  fields: destination,
  sourceProperty: 'one',
  describes: LEAF,
};

/** Every `@type` (AEP Schema Registry API, Descriptors, Defining descriptors). */
export const DESCRIPTOR_TYPES: Readonly<Record<string, DescriptorType>> = {
  'xdm:descriptorIdentity': {
    fields: {
      'xdm:namespace': { kind: 'namespace', required: true },
      'xdm:property': { kind: 'text', oneOf: ['xdm:code', 'xdm:id'], default: 'xdm:code' },
      'xdm:isPrimary': { kind: 'flag', default: false },
    },
    sourceProperty: 'one',
    describes: { isLeaf: true, types: ['string'], mayRepeat: false },
  },
  'xdm:descriptorReferenceIdentity': {
    fields: { 'xdm:identityNamespace': { kind: 'namespace', required: true } },
    sourceProperty: 'one',
    describes: { isLeaf: true, types: ['string'], mayRepeat: true },
  },
  'xdm:descriptorOneToOne': plainRelationship,
  'xdm:descriptorOneToMany': plainRelationship,
  'xdm:descriptorManyToOne': plainRelationship,
  'xdm:descriptorRelationship': {
    fields: {
      ...destination,
      'xdm:destinationNamespace': { kind: 'namespace' },
      'xdm:sourceNamespace': { kind: 'namespace' },
      'xdm:sourceToDestinationTitle': { kind: 'text', maxLength: LONGEST_NAME },
      'xdm:destinationToSourceTitle': { kind: 'text', maxLength: LONGEST_NAME },
      'xdm:sourceToDestinationName': { kind: 'text', maxLength: LONGEST_NAME },
      'xdm:destinationToSourceName': { kind: 'text', maxLength: LONGEST_NAME },
      'xdm:cardinality': { kind: 'text', oneOf: ['M:1', '1:1', '1:0', 'M:0'], default: 'M:1' },
    },
    sourceProperty: 'one',
    describes: LEAF,
  },
  'xdm:eventRelationship': {
    fields: {
      'xdm:destinationSchema': { kind: 'schema', required: true },
      'xdm:destinationVersion': { kind: 'version', default: 1 },
    },
    sourceProperty: 'none',
    describes: LEAF,
  },
  'xdm:alternateDisplayInfo': {
    fields: {
      'xdm:title': { kind: 'localized' },
      'xdm:description': { kind: 'localized' },
      'xdm:note': { kind: 'localized' },
      'meta:enum': { kind: 'labels' },
      'xdm:excludeMetaEnum': { kind: 'labels', aliases: ['meta:excludeMetaEnum'] },
    },
    sourceProperty: 'one',
    describes: ANY_FIELD,
  },
  'xdm:descriptorDeprecated': { fields: {}, sourceProperty: 'many', describes: ANY_FIELD },
  'xdm:descriptorLabel': {
    fields: {
      'xdm:labels': { kind: 'texts', required: true, aliases: ['xdm:label'] },
      'xdm:excludeProperty': { kind: 'texts' },
    },
    sourceProperty: 'one',
    describes: ANY_FIELD,
  },
  'xdm:descriptorPrimaryKey': {
    fields: {},
    sourceProperty: 'many',
    describes: { isLeaf: true, mayRepeat: false },
    oncePerSchema: true,
  },
  'xdm:descriptorVersion': {
    fields: {},
    sourceProperty: 'one',
    describes: { isLeaf: true, mayRepeat: false, isRequired: true },
    oncePerSchema: true,
  },
  'xdm:descriptorTimestamp': {
    fields: {},
    sourceProperty: 'one',
    describes: { isLeaf: true, types: ['date-time'], mayRepeat: false, isRequired: true },
    oncePerSchema: true,
  },
  'xdm:descriptorTimeSeriesGranularity': {
    fields: {
      'xdm:granularity': {
        kind: 'text',
        oneOf: ['hour', 'day', 'week', 'month', 'quarter', 'year'],
        default: 'day',
      },
      'xdm:ianaTimezone': { kind: 'timezone', default: 'UTC' },
    },
    sourceProperty: 'none',
    describes: { isLeaf: true, mayRepeat: false },
    oncePerSchema: true,
  },
  'xdm:descriptorMetaEnumRemove': {
    fields: { 'meta:enum': { kind: 'labels', required: true } },
    sourceProperty: 'one',
    describes: { isLeaf: true, types: ['string'], mayRepeat: true },
  },
  'xdm:descriptorDuplicationExclusions': { fields: {}, sourceProperty: 'many', describes: ANY_FIELD },
};

/** The `@type`s that lead from one schema to another by a field. */
export const RELATIONSHIP_TYPES: ReadonlySet<string> = new Set([
  'xdm:descriptorOneToOne',
  'xdm:descriptorOneToMany',
  'xdm:descriptorManyToOne',
  'xdm:descriptorRelationship',
]);
