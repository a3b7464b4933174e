import {
  type FieldDefinition,
  type FieldType,
  isCompound,
  isFilterable,
  type ObjectDefinition,
} from './definitions.ts';

const soapTypes: Readonly<Record<FieldType, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  picklist: 'xsd:string',
  multipicklist: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  combobox: 'xsd:string',
  encryptedstring: 'xsd:string',
  anyType: 'xsd:anyType',
  base64: 'xsd:base64Binary',
  location: 'urn:location',
  address: 'urn:address',
};

/** Fields that only the platform writes. */
const systemWritten: ReadonlySet<string> = new Set([
  'Id',
  'IsDeleted',
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
]);

/** One entry of a describe's `fields` (REST API Developer Guide, sObject Describe). */
function describeField(field: FieldDefinition): Readonly<Record<string, unknown>> {
  const { type, length = type === 'id' || type === 'reference' ? 18 : 0 } = field;
  const isComputed = field.formula !== undefined || field.make.kind === 'name';
  const writable = !systemWritten.has(field.name) && !isCompound(field) && !isComputed;
  const filterable = isFilterable(field);
  return {
    aggregatable: filterable && type !== 'boolean' && type !== 'multipicklist',
    aiPredictionField: false,
    autoNumber: field.make.kind === 'sequence',
    byteLength: length * 3,
    calculated: field.formula !== undefined,
    calculatedFormula: field.formula ?? null,
    cascadeDelete: false,
    caseSensitive: false,
    compoundFieldName: field.compound ?? null,
    controllerName: null,
    createable: writable,
    custom: field.name.endsWith('__c'),
    defaultValue: type === 'boolean' ? false : null,
    defaultValueFormula: null,
    defaultedOnCreate: type === 'boolean' || systemWritten.has(field.name),
    dependentPicklist: false,
    deprecatedAndHidden: field.deprecatedAndHidden ?? false,
    digits: type === 'int' ? (field.precision ?? 9) : 0,
    displayLocationInDecimal: false,
    encrypted: type === 'encryptedstring',
    externalId: false,
    extraTypeInfo: extraTypeInfo(field),
    filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable:
      filterable && !['datetime', 'double', 'currency', 'percent', 'multipicklist', 'time'].includes(type),
    highScaleNumber: false,
    htmlFormatted: field.area === 'rich',
    idLookup: type === 'id' || type === 'email',
    inlineHelpText: null,
    label: field.label,
    length,
    mask: type === 'encryptedstring' ? '*' : null,
    maskType: type === 'encryptedstring' ? 'all' : null,
    name: field.name,
    nameField: field.name === 'Name' || field.name === 'CaseNumber' || field.name === 'Subject',
    namePointing: (field.referenceTo?.length ?? 0) > 1,
    nillable: isNillable(field),
    permissionable: writable && isNillable(field),
    picklistValues: (field.values ?? []).map((value, at) => ({
      active: true,
      defaultValue: at === 0 && field.nillable === false,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: (field.referenceTo?.length ?? 0) > 1,
    precision: type === 'int' ? 0 : (field.precision ?? 0),
    queryByDistance: isCompound(field),
    referenceTargetField: null,
    referenceTo: field.referenceTo ?? [],
    relationshipName: field.relationshipName ?? null,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: false,
    scale: type === 'int' ? 0 : (field.scale ?? 0),
    searchPrefilterable: type === 'id' || type === 'reference',
    soapType: soapTypes[type],
    sortable: filterable && type !== 'multipicklist',
    type,
    unique: field.make.kind === 'sequence',
    updateable: writable,
    writeRequiresMasterRead: false,
  };
}

function extraTypeInfo(field: FieldDefinition): string | null {
  if (field.make.kind === 'name') return 'personname';
  if (field.area === 'rich') return 'richtextarea';
  return field.type === 'textarea' ? 'plaintextarea' : null;
}

function isNillable(field: FieldDefinition): boolean {
  if (field.nillable !== undefined) return field.nillable;
  return (
    field.type !== 'id' &&
    field.type !== 'boolean' &&
    (field.nulls !== undefined || isCompound(field) || field.formula !== undefined)
  );
}

function summary(object: ObjectDefinition, version: string): Readonly<Record<string, unknown>> {
  const path = `/services/data/${version}/sobjects/${object.name}`;
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: true,
    custom: object.name.endsWith('__c'),
    customSetting: false,
    deepCloneable: false,
    deletable: object.name !== 'User',
    deprecatedAndHidden: false,
    feedEnabled: true,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: true,
    mergeable: ['Account', 'Contact', 'Lead', 'Case'].includes(object.name),
    mruEnabled: true,
    name: object.name,
    queryable: true,
    replicateable: object.fields.some((field) => field.name === 'SystemModstamp'),
    retrieveable: true,
    searchable: true,
    triggerable: true,
    undeletable: object.name !== 'User',
    updateable: true,
    urls: { rowTemplate: `${path}/{ID}`, describe: `${path}/describe`, sobject: path },
  };
}

/** The body of `GET …/sobjects` (Describe Global). */
export function describeGlobal(objects: readonly ObjectDefinition[], version: string): unknown {
  return {
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: objects.map((object) => summary(object, version)),
  };
}

/** The body of `GET …/sobjects/{object}/describe`. */
export function describeObject(
  object: ObjectDefinition,
  objects: readonly ObjectDefinition[],
  version: string,
): unknown {
  return {
    actionOverrides: [],
    childRelationships: childRelationships(object, objects),
    compactLayoutable: true,
    ...summary(object, version),
    fields: object.fields.map(describeField),
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
      },
    ],
    searchLayoutable: true,
    supportedScopes: [{ label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' }],
  };
}

function childRelationships(
  parent: ObjectDefinition,
  objects: readonly ObjectDefinition[],
): readonly unknown[] {
  return objects.flatMap((child) =>
    child.fields
      .filter((field) => field.referenceTo?.includes(parent.name) === true)
      .map((field) => ({
        cascadeDelete: false,
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        junctionIdListNames: [],
        junctionReferenceTo: [],
        relationshipName: null,
        restrictedDelete: false,
      })),
  );
}

/** The body of `GET …/sobjects/{object}` (Basic Information). */
export function describeBasics(object: ObjectDefinition, version: string): unknown {
  return { objectDescribe: summary(object, version), recentItems: [] };
}
