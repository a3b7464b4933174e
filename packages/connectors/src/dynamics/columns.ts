import type { ColumnType, DecimalDigits, SourceColumn } from '@tributary/xdm';
import { textAt, valueAt } from '../json.ts';

/** Logical names of columns. They begin with a letter; what Tributary adds to the columns of a table does not. */
const LOGICAL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,127}$/;

/**
 * Column types by metadata class (`AttributeTypeName` less its `Type`; Column data types). `AttributeType` tells less:
 * types that came later are all `Virtual` there. Classes that are not listed hold no plain value.
 */
const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries({
    Uniqueidentifier: 'string',
    String: 'string',
    Memo: 'string',
    EntityName: 'string',
    MultiSelectPicklist: 'string',
    Picklist: 'integer',
    State: 'integer',
    Status: 'integer',
    Integer: 'integer',
    BigInt: 'long',
    Double: 'number',
    Decimal: 'decimal',
    Money: 'decimal',
    Boolean: 'boolean',
    DateTime: 'date-time',
    Lookup: 'string',
    Customer: 'string',
    Owner: 'string',
  } as const),
);

/**
 * The digits that any column of the type may have: the greatest precision and values of MoneyAttributeMetadata, kept as SQL
 * Server's money, and of DecimalAttributeMetadata. A column's own precision may have been more when its rows were written.
 */
const DIGITS: ReadonlyMap<string, DecimalDigits> = new Map([
  ['Money', { precision: 19, scale: 4 }],
  ['Decimal', { precision: 22, scale: 10 }],
]);

const LOOKUPS: ReadonlySet<string> = new Set(['Lookup', 'Customer', 'Owner']);
const CHOICES: ReadonlySet<string> = new Set([
  'Picklist',
  'State',
  'Status',
  'MultiSelectPicklist',
  'Boolean',
]);
/** What stands between several choices of one column: between their codes, and between their labels. */
const CODE_SEPARATOR = ',';
const LABEL_SEPARATOR = '; ';

/** Types whose values also come as people read them: money with the symbol of its currency, times in the user's zone. */
const FORMATTED: ReadonlySet<string> = new Set(['Money', 'Decimal', 'Double', 'Integer', 'DateTime']);

/** `SourceType` of columns that are calculated, rolled up, or a formula (AttributeMetadata EntityType). */
const COMPUTED: ReadonlySet<unknown> = new Set([1, 2, 3]);

const FORMATTED_VALUE = 'OData.Community.Display.V1.FormattedValue';
const LOOKUP_TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Where a column's value stands in the rows of the Web API. */
export interface Property {
  /** What `$select` names. */
  readonly name: string;
  /** The annotation of that property which holds the value; undefined for the property's own value. */
  readonly annotation: string | undefined;
}

export interface DescribedColumn {
  readonly column: SourceColumn;
  readonly property: Property;
  /** Whether its value may change without a change of its row. */
  readonly isComputed: boolean;
}

/** What the metadata tell of one column. */
export interface Attribute {
  readonly name: string;
  readonly type: string;
  /** The column that this one shows the label, name or table of. */
  readonly of: string | undefined;
  readonly isComputed: boolean;
}

/** The properties of {@link Attribute}s, as `$select` names them. */
export const ATTRIBUTE_PROPERTIES =
  'LogicalName,AttributeType,AttributeTypeName,AttributeOf,IsValidForRead,SourceType';

/** An item of `Attributes`; undefined where the column can't be read. */
export function attributeOf(item: unknown): Attribute | undefined {
  const name = textAt(item, 'LogicalName') ?? '';
  if (!LOGICAL_NAME.test(name) || valueAt(item, 'IsValidForRead') === false) return undefined;
  const typeName = textAt(valueAt(item, 'AttributeTypeName'), 'Value')?.replace(/Type$/, '');
  return {
    name,
    type: typeName ?? textAt(item, 'AttributeType') ?? '',
    of: textAt(item, 'AttributeOf'),
    isComputed: COMPUTED.has(valueAt(item, 'SourceType')),
  };
}

/** The columns that the Web API gives, and those that annotations of them hold. */
export function columnsOf(
  attributes: readonly Attribute[],
  dateOnly: ReadonlySet<string>,
): readonly DescribedColumn[] {
  const byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  return attributes.flatMap((attribute) => {
    const parent = attribute.of === undefined ? undefined : byName.get(attribute.of);
    if (attribute.of !== undefined) return parent === undefined ? [] : annotationColumn(attribute, parent);
    return [...ownColumn(attribute, dateOnly), ...formattedColumn(attribute, byName)];
  });
}

/** Columns with more than one plain value, or none: images, files, party lists and the like. */
export function unreadColumns(attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.filter(({ type, of }) => of === undefined && !COLUMN_TYPES.has(type));
}

function ownColumn(
  { name, type, isComputed }: Attribute,
  dateOnly: ReadonlySet<string>,
): readonly DescribedColumn[] {
  const columnType = dateOnly.has(name) ? 'date' : COLUMN_TYPES.get(type);
  if (columnType === undefined) return [];
  const property = propertyOf(name, type);
  const digits = DIGITS.get(type);
  return [
    {
      column: {
        name: property,
        type: columnType,
        originalType: type,
        ...(digits && { digits }),
        ...separatedBy(CODE_SEPARATOR, type),
      },
      property: { name: property, annotation: undefined },
      isComputed,
    },
  ];
}

/** Dataverse lists no column for these: the name is ours, and gives way to a column that has it. */
function formattedColumn(
  { name, type, isComputed }: Attribute,
  byName: ReadonlyMap<string, Attribute>,
): readonly DescribedColumn[] {
  const formatted = `${name}_formatted`;
  if (!FORMATTED.has(type) || byName.has(formatted)) return [];
  return [
    {
      column: { name: formatted, type: 'string', originalType: 'FormattedValue' },
      property: { name, annotation: FORMATTED_VALUE },
      isComputed,
    },
  ];
}

/** Labels of choices, names and tables of lookups: Dataverse lists columns for them, and gives them as annotations. */
function annotationColumn({ name, type }: Attribute, parent: Attribute): readonly DescribedColumn[] {
  const isLookup = LOOKUPS.has(parent.type);
  const isLabel = name === `${parent.name}name` && (isLookup || CHOICES.has(parent.type));
  // `owneridtype`, but `regardingobjecttypecode`.
  const isTable = type === 'EntityName' && isLookup;
  if (!isLabel && !isTable) return [];
  return [
    {
      column: {
        name,
        type: 'string',
        originalType: type,
        ...(isLabel ? separatedBy(LABEL_SEPARATOR, parent.type) : {}),
      },
      property: {
        name: propertyOf(parent.name, parent.type),
        annotation: isLabel ? FORMATTED_VALUE : LOOKUP_TABLE,
      },
      // Another record may be renamed, and so may a choice.
      isComputed: isLabel || parent.isComputed,
    },
  ];
}

function separatedBy(separator: string, type: string): Pick<SourceColumn, 'separator'> {
  return type === 'MultiSelectPicklist' ? { separator } : {};
}

function propertyOf(name: string, type: string): string {
  return LOOKUPS.has(type) ? `_${name}_value` : name;
}
