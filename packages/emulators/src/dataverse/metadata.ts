import { createHash } from 'node:crypto';
import {
  type ColumnDefinition,
  findTable,
  isLookup,
  type Option,
  type TableDefinition,
  tableDefinitions,
} from './definitions.ts';

type Metadata = Readonly<Record<string, unknown>>;

/** `EntityDefinitions` of all tables (EntityMetadata EntityType). */
export function entityDefinitions(): readonly Metadata[] {
  return tableDefinitions.map(entityDefinition);
}

export function entityDefinition(table: TableDefinition): Metadata {
  return {
    MetadataId: metadataId(table.name),
    LogicalName: table.name,
    SchemaName: table.schemaName,
    EntitySetName: table.entitySet,
    LogicalCollectionName: table.entitySet,
    ObjectTypeCode: table.typeCode,
    PrimaryIdAttribute: table.primaryId,
    PrimaryNameAttribute: table.primaryName,
    ChangeTrackingEnabled: table.tracksChanges !== false,
    IsIntersect: false,
    IsPrivate: false,
    IsLogicalEntity: false,
    TableType: 'Standard',
    OwnershipType: table.owned === false ? 'BusinessOwned' : 'UserOwned',
    DisplayName: label(table.label),
    DisplayCollectionName: label(table.collectionLabel),
  };
}

/** The table of a key such as `LogicalName='contact'` or a metadata id. */
export function tableOfKey(key: string): TableDefinition | undefined {
  const logicalName = /^LogicalName='([a-z_0-9]+)'$/.exec(key)?.[1];
  if (logicalName !== undefined) return findTable(logicalName);
  return tableDefinitions.find(({ name }) => metadataId(name) === key.toLowerCase());
}

/** `Attributes` of a table, its columns and the virtual ones that show labels, names and types of others. */
export function attributesOf(
  table: TableDefinition,
  columns: readonly ColumnDefinition[],
): readonly Metadata[] {
  return columns.flatMap((column) => [attribute(table, column), ...companions(table, column)]);
}

/** Names of metadata classes, by the types that have one of their own values of `AttributeType`. */
function attribute(table: TableDefinition, column: ColumnDefinition): Metadata {
  // Types that came after the enumeration was closed are all virtual; only AttributeTypeName tells them apart.
  const isLater = column.type === 'MultiSelectPicklist' || column.type === 'Image';
  return {
    '@odata.type': `#Microsoft.Dynamics.CRM.${column.type}AttributeMetadata`,
    ...common(table, column.name, column.label),
    AttributeType: isLater ? 'Virtual' : column.type,
    AttributeTypeName: { Value: `${column.type}Type` },
    AttributeOf: null,
    IsPrimaryId: column.name === table.primaryId,
    IsPrimaryName: column.name === table.primaryName,
    RequiredLevel: { Value: column.required === true ? 'ApplicationRequired' : 'None' },
    SourceType: column.sourceType ?? 0,
    ...ownProperties(column),
  };
}

function ownProperties(column: ColumnDefinition): Metadata {
  switch (column.type) {
    case 'String':
      return { MaxLength: column.length, Format: column.format ?? 'Text' };
    case 'Memo':
      return { MaxLength: column.length, Format: 'TextArea' };
    case 'DateTime':
      return {
        Format: column.behavior === 'DateOnly' ? 'DateOnly' : 'DateAndTime',
        DateTimeBehavior: { Value: column.behavior },
      };
    case 'Money':
      return {
        Precision: 2,
        PrecisionSource: 2,
        MinValue: -922_337_203_685_477,
        MaxValue: 922_337_203_685_477,
      };
    case 'Decimal':
      return { Precision: column.make.kind === 'number' ? (column.make.scale ?? 0) : 0 };
    case 'Picklist':
    case 'State':
    case 'Status':
    case 'MultiSelectPicklist':
    case 'Boolean':
      return { OptionSet: optionSet(column) };
    default:
      return isLookup(column) ? { Targets: column.targets } : {};
  }
}

function optionSet({ name, type, options = [] }: ColumnDefinition): Metadata {
  const common = { Name: name, MetadataId: metadataId(`optionset.${name}`), IsGlobal: false };
  if (type !== 'Boolean') {
    return {
      ...common,
      OptionSetType: type === 'MultiSelectPicklist' ? 'Picklist' : type,
      Options: options.map(option),
    };
  }
  const [no, yes] = [0, 1].map((value) => options.find((candidate) => candidate.value === value));
  return {
    ...common,
    OptionSetType: 'Boolean',
    FalseOption: no === undefined ? null : option(no),
    TrueOption: yes === undefined ? null : option(yes),
  };
}

function option({ value, label: text }: Option): Metadata {
  return { Value: value, Label: label(text), Description: label(''), Color: null, IsManaged: true };
}

function companions(table: TableDefinition, column: ColumnDefinition): readonly Metadata[] {
  const made: Metadata[] = [];
  const companion = (suffix: string, type: string) =>
    made.push({
      '@odata.type': `#Microsoft.Dynamics.CRM.${type === 'Virtual' ? '' : type}AttributeMetadata`,
      ...common(table, `${column.name}${suffix}`, null),
      AttributeType: type,
      AttributeTypeName: { Value: `${type}Type` },
      AttributeOf: column.name,
      IsPrimaryId: false,
      IsPrimaryName: false,
      RequiredLevel: { Value: 'None' },
      SourceType: null,
    });
  if (column.options !== undefined) companion('name', 'Virtual');
  if (isLookup(column)) companion('name', 'String');
  if (column.type === 'Customer' || column.type === 'Owner') companion('type', 'EntityName');
  return made;
}

function common(table: TableDefinition, name: string, text: string | null): Metadata {
  return {
    MetadataId: metadataId(`${table.name}.${name}`),
    EntityLogicalName: table.name,
    LogicalName: name,
    SchemaName: name,
    DisplayName: text === null ? { LocalizedLabels: [], UserLocalizedLabel: null } : label(text),
    IsValidForRead: true,
    IsValidForCreate: true,
    IsLogical: false,
    IsCustomAttribute: name.startsWith('new_'),
  };
}

function label(text: string): Metadata {
  const localized = { Label: text, LanguageCode: 1033, IsManaged: true, HasChanged: null };
  return { LocalizedLabels: [localized], UserLocalizedLabel: localized };
}

function metadataId(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-9${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
