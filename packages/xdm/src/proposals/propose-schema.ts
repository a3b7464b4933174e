import type { SourceColumn, SourceField, SourceType } from '../columns.ts';
import { decimalField } from '../exact-decimals.ts';
import { RECORD } from '../registry/behaviors.ts';
import type { FieldSchema } from '../registry/resource.ts';
import { newResourceHex, type RandomSource } from '../registry/tenant-resource.ts';
import { xdmTypeOf } from '../registry/xdm-type.ts';

/** A column of rows that a schema is wanted for, and what is known of its values. */
export interface ProposalColumn extends Pick<SourceColumn, 'name' | 'type' | 'digits'> {
  /** Whether the source itself says that it tells rows apart. */
  readonly isKey?: boolean;
  /** Figures of the rows that were looked at; left out where none were. */
  readonly figures?: ColumnSample;
}

export interface ColumnSample {
  readonly rows: number;
  /** Rows in which the column has a value. */
  readonly filled: number;
  readonly distinct: number;
  /** Rows whose value is spelt like an e-mail address. */
  readonly emails: number;
}

export interface ProposalRequest {
  /** Title of the schema, from which those of its parts are made. */
  readonly title: string;
  /** `$id` of a class to build on; undefined proposes a class of record behaviour of its own. */
  readonly classId: string | undefined;
  /** What stands for the tenant's id in ids and in the namespace of fields. */
  readonly tenant: string;
  readonly columns: readonly ProposalColumn[];
}

export interface ProposedColumn {
  readonly name: string;
  /** Path of the field, in registry names. */
  readonly path: string;
  readonly xdmType: string;
  /** Whether a row without a value was seen, or nothing is known. */
  readonly isNullable: boolean;
  /** Why the field may identify a row's subject; undefined where nothing speaks for it. */
  readonly identity?: { readonly namespace: string; readonly isPrimary: boolean; readonly reason: string };
}

export interface Proposal {
  /** Class (where none was named), field group and schema, then descriptors: as an export's payload. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly ProposedColumn[];
}

/** Fewer rows prove nothing about what is different in all of them. */
const LEAST_ROWS = 2;
/** Share of the values that must be addresses for a column of addresses. */
const EMAIL_SHARE = 0.9;
const ID_NAME = /(^|[_\- a-z0-9])(id|key|guid|uuid)$/i;

/** A schema for rows of a table or file: its fields stand under the tenant's namespace, in an object of the title's name. */
export function proposeSchema(request: ProposalRequest, random?: RandomSource): Proposal {
  const { title, tenant, columns } = request;
  const namespace = `_${tenant}`;
  const group = fieldName(title, new Set());
  const fields = namedFields(columns);
  const ids = idsOf(request, random);
  const described = columns.map((column, index) => ({
    column,
    name: fields[index] ?? column.name,
    path: `/${namespace}/${group}/${fields[index]}`,
  }));
  const identities = identitiesOf(described);
  const required = identities.filter(({ column }) => column.isKey).map(({ name }) => name);
  const properties = Object.fromEntries(
    described.map(({ column, name }) => [
      name,
      { title: column.name, ...fieldOfColumn(column, isEmail(column)) },
    ]),
  );
  return {
    resources: [
      ...classOf(request, ids.classId),
      {
        $id: ids.group,
        'meta:resourceType': 'mixins',
        title: `${title} fields`,
        type: 'object',
        'meta:intendedToExtend': [request.classId ?? ids.classId],
        definitions: {
          customFields: {
            type: 'object',
            properties: {
              [namespace]: {
                type: 'object',
                properties: {
                  [group]: { title, type: 'object', ...(required.length > 0 && { required }), properties },
                },
              },
            },
          },
        },
        allOf: [{ $ref: '#/definitions/customFields', type: 'object' }],
      },
      {
        $id: ids.schema,
        'meta:resourceType': 'schemas',
        title,
        type: 'object',
        allOf: [{ $ref: request.classId ?? ids.classId }, { $ref: ids.group }],
      },
      ...identities.map(({ path, identity }) => ({
        'meta:resourceType': 'descriptors',
        '@type': 'xdm:descriptorIdentity',
        'xdm:sourceSchema': ids.schema,
        'xdm:sourceVersion': 1,
        'xdm:sourceProperty': path,
        'xdm:namespace': identity.namespace,
        'xdm:property': 'xdm:code',
        'xdm:isPrimary': identity.isPrimary,
      })),
    ],
    columns: described.map(({ column, path }) => {
      const identity = identities.find((candidate) => candidate.path === path)?.identity;
      return {
        name: column.name,
        path,
        xdmType: xdmTypeOf(fieldOfColumn(column)),
        isNullable: !isFilled(column),
        ...(identity !== undefined && { identity }),
      };
    }),
  };
}

function idsOf({ tenant }: ProposalRequest, random?: RandomSource) {
  const id = (type: string) => `https://ns.adobe.com/${tenant}/${type}/${newResourceHex(random)}`;
  return { classId: id('classes'), group: id('mixins'), schema: id('schemas') };
}

function classOf({ title, classId }: ProposalRequest, ownId: string) {
  if (classId !== undefined) return [];
  return [
    {
      $id: ownId,
      'meta:resourceType': 'classes',
      title: `${title} class`,
      type: 'object',
      allOf: [{ $ref: RECORD }],
    },
  ];
}

/** Names that the registry takes, different in more than case, in the columns' order. */
function namedFields(columns: readonly SourceField[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => fieldName(name, taken));
}

const MAX_NAME_LENGTH = 120;

export function fieldName(text: string, taken: Set<string>): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== '');
  const joined = words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join('');
  const base = joined.replace(/^[_-]+/, '').slice(0, MAX_NAME_LENGTH) || 'field';
  let name = base;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${base}${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/** `FirstName` becomes `firstName`, `ID` becomes `id`, `SKUCode` stays readable as `skuCode`. */
function lowerFirst(word: string): string {
  const initials = /^[A-Z]+(?![a-z])/.exec(word)?.[0];
  if (initials === undefined) return word.charAt(0).toLowerCase() + word.slice(1);
  return initials.toLowerCase() + word.slice(initials.length);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The field that holds the values of a source column, to the last digit where the source tells how many there are. */
export function fieldOfColumn(
  { type, digits }: Pick<SourceColumn, 'type' | 'digits'>,
  email = false,
): FieldSchema {
  return type === 'decimal' && digits !== undefined ? decimalField(digits) : fieldOf(type, email);
}

/** The field that holds values of a type. */
function fieldOf(type: SourceType, email = false): FieldSchema {
  if (typeof type === 'object') {
    switch (type.kind) {
      case 'array':
        return { type: 'array', items: fieldOf(type.items) };
      case 'map':
        return { type: 'object', 'meta:xdmType': 'map', additionalProperties: mapValues(type.values) };
      case 'object': {
        const names = namedFields(type.fields);
        const members = type.fields.map(
          (field, index) => [names[index] ?? field.name, fieldOf(field.type)] as const,
        );
        return members.length === 0
          ? { type: 'string' }
          : { type: 'object', properties: Object.fromEntries(members) };
      }
    }
  }
  switch (type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
      return { type: 'integer' };
    case 'long':
      return { type: 'integer', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'number':
    case 'decimal':
      return { type: 'number' };
    case 'date':
    case 'date-time':
    case 'time':
      return { type: 'string', format: type };
    default:
      return { type: 'string', ...(email && { format: 'email' }) };
  }
}

/** Custom maps hold texts or whole numbers. */
function mapValues(type: SourceType): FieldSchema {
  return type === 'integer' || type === 'long' ? fieldOf(type) : { type: 'string' };
}

function isFilled({ isKey, figures }: ProposalColumn): boolean {
  return isKey === true || (figures !== undefined && figures.rows > 0 && figures.filled === figures.rows);
}

function isEmail({ type, figures }: ProposalColumn): boolean {
  return (
    type === 'string' &&
    figures !== undefined &&
    figures.filled > 0 &&
    // All of them, or a stray value would not land for the format's sake.
    figures.emails === figures.filled
  );
}

interface Named {
  readonly column: ProposalColumn;
  readonly name: string;
  readonly path: string;
}

type Identified = Named & { readonly identity: NonNullable<ProposedColumn['identity']> };

/** Texts that tell rows apart: the source's key first, then what is called an id, then addresses. One of them is primary. */
function identitiesOf(fields: readonly Named[]): readonly Identified[] {
  const candidates = fields.flatMap((field) => {
    const reason = reasonOf(field.column);
    return reason === undefined ? [] : [{ ...field, ...reason }];
  });
  const primary = candidates.toSorted((a, b) => a.rank - b.rank)[0];
  return candidates.map(({ rank: _rank, namespace, reason, ...field }) => ({
    ...field,
    identity: { namespace, reason, isPrimary: field.path === primary?.path },
  }));
}

function reasonOf(column: ProposalColumn): { rank: number; namespace: string; reason: string } | undefined {
  const { name, type, isKey, figures } = column;
  if (type !== 'string') return undefined;
  const namespace = namespaceCode(name);
  if (isKey) return { rank: 0, namespace, reason: 'the source names it as its key' };
  if (figures === undefined || figures.rows < LEAST_ROWS || figures.filled === 0) return undefined;
  if (figures.emails >= EMAIL_SHARE * figures.filled) {
    return {
      rank: 2,
      namespace: 'Email',
      reason: `${figures.emails} of ${figures.filled} values are e-mail addresses`,
    };
  }
  const isUnique = figures.filled === figures.rows && figures.distinct === figures.rows;
  if (!isUnique || !ID_NAME.test(name)) return undefined;
  return { rank: 1, namespace, reason: `it has a value of its own in each of ${figures.rows} rows` };
}

/** Letters and digits only, as namespaces of one's own are named. */
function namespaceCode(name: string): string {
  return name.normalize('NFKD').replace(/[^A-Za-z0-9]/g, '') || 'CRMID';
}
