import { type MappingInput, planMappings } from '@tributary/data-prep';
import type { Constraints, ObjectNode, SourceColumn, XdmNode, XdmScalarType } from '@tributary/xdm';
import { fieldsOf } from '../packages/engine/src/testing/mapped.ts';
import type { Table } from '../packages/engine/src/testing/table.ts';

/** Rows to make up, and what to map them to. */
export interface Workload {
  readonly name: string;
  readonly columns: readonly SourceColumn[];
  /** DuckDB SQL for each column's text in row `i`. */
  readonly texts: readonly string[];
  /** Names of the columns that the mappings read. */
  readonly read: readonly string[];
  readonly table: Table;
  /** How many times a plain copy of all columns the transform may take. */
  readonly limit: number;
}

type Column = readonly [name: string, type: SourceColumn['type'], sql: string];
/** An expression, or a column as it is. */
type Target = readonly [path: string, xdmType: XdmScalarType, source: string, constraints?: Constraints];

const customs = Array.from({ length: 30 }, (_, index): Column => {
  return [`Custom${index}__c`, 'string', `'value ' || hash(i * ${index + 2}) % 100000`];
});

/** A wide table of contacts, as a CRM has them. */
const columns: readonly Column[] = [
  ['Id', 'string', `printf('003%015d', i)`],
  ['FirstName', 'string', `'First ' || i % 977`],
  ['LastName', 'string', `'Last, "' || hash(i) % 9999 || '"'`],
  ['Email', 'string', `'User' || i || '@Example.com'`],
  ['Phone', 'string', `printf('+49 30-%d-%d', i % 1000, hash(i) % 10000)`],
  ['MobilePhone', 'string', `CASE WHEN i % 3 = 0 THEN printf('+49 170-%d', hash(i) % 10000) END`],
  ['Street', 'string', `'  Street ' || i % 500 || ' '`],
  ['City', 'string', `'city ' || i % 300`],
  ['Zip', 'string', `printf('%05d-%04d', i % 99999, i % 9999)`],
  ['Country', 'string', `['de', 'fr', 'us', 'jp'][i % 4 + 1]`],
  ['Status', 'string', `['O', 'C', 'P'][i % 3 + 1]`],
  ['Industry', 'string', `CASE WHEN i % 5 > 0 THEN 'Industry ' || i % 20 END`],
  ['Rating', 'string', `['Hot', 'Warm', 'Cold'][i % 3 + 1]`],
  ['Tags', 'string', `'a' || i % 5 || ';b' || i % 7 || ';c'`],
  ['Score', 'string', `CAST(i % 100 AS VARCHAR)`],
  ['Url', 'string', `'https://www.example' || i % 100 || '.com/path/' || i || '?q=a&b=' || i % 10`],
  [
    'UserAgent',
    'string',
    `['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1'][i % 2 + 1]`,
  ],
  ['Description', 'string', `'line one' || chr(10) || 'line two ' || i`],
  ['CreatedDay', 'string', `strftime(DATE '2020-01-01' + CAST(i % 1500 AS INTEGER), '%Y-%m-%d')`],
  [
    'CreatedDate',
    'date-time',
    `strftime(TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%S.000Z')`,
  ],
  [
    'SystemModstamp',
    'date-time',
    `strftime(TIMESTAMP '2024-06-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%S.000Z')`,
  ],
  ['Birthdate', 'date', `strftime(DATE '1950-01-01' + CAST(i % 20000 AS INTEGER), '%Y-%m-%d')`],
  ['AnnualRevenue', 'number', 'CAST((hash(i + 5) % 100000) / 100 AS VARCHAR)'],
  ['Price', 'number', 'CAST((hash(i + 6) % 10000) / 100 AS VARCHAR)'],
  ['Quantity', 'integer', 'CAST(i % 50 AS VARCHAR)'],
  ['NumberOfEmployees', 'integer', 'CAST(i % 500 AS VARCHAR)'],
  ['HasOptedOutOfEmail', 'boolean', 'CAST(i % 2 = 0 AS VARCHAR)'],
  ['DoNotCall', 'boolean', 'CAST(i % 7 = 0 AS VARCHAR)'],
  ['IsPersonAccount', 'boolean', 'CAST(i % 9 = 0 AS VARCHAR)'],
  ['OwnerId', 'string', `printf('005%015d', i % 100)`],
  ...customs,
];

/** What mapping sets of CRM data are made of, by and large. */
const expressions: readonly Target[] = [
  ['person.name.fullName', 'string', 'concat(FirstName, " ", LastName)'],
  ['personalEmail.address', 'string', 'lower(Email)', { format: 'email' }],
  ['homeAddress.countryCode', 'string', 'upper(Country)', { pattern: '^[A-Z]{2}$' }],
  ['homeAddress.street1', 'string', 'trim(Street)'],
  ['homeAddress.postalCode', 'string', 'substr(Zip, 0, 5)'],
  ['homePhone.number', 'string', 'coalesce(MobilePhone, Phone)'],
  ['workPhone.number', 'string', 'replacestr(Phone, "-", "")'],
  [
    'status',
    'string',
    'decode(Status, "O", "open", "C", "closed", "other")',
    { enum: ['open', 'closed', 'other'] },
  ],
  ['industry', 'string', 'iif(Industry != null && Industry != "", Industry, "unknown")'],
  ['rating', 'string', 'iif(Rating.equals("Hot"), "1", iif(Rating.equals("Warm"), "2", "3"))'],
  ['firstTag', 'string', 'first(explode(Tags, ";"))'],
  ['score', 'int', 'to_integer(Score)', { minimum: 0, maximum: 100 }],
  ['host', 'string', 'lower(left(Url, 20))'],
  ['created', 'date-time', 'date(CreatedDay, "yyyy-MM-dd")'],
  ['createdYear', 'int', 'date_part("yyyy", CreatedDate)'],
  ['modifiedDay', 'string', 'format(SystemModstamp, "yyyy-MM-dd")'],
  ['gross', 'number', 'AnnualRevenue * 1.19'],
  ['total', 'number', 'Price * Quantity'],
  ['sourceKey', 'string', 'concat(Id, "@00D5e.Salesforce")'],
  ['contactable', 'boolean', '!HasOptedOutOfEmail && !DoNotCall'],
];

const attributes: readonly Target[] = [
  ['_id', 'string', 'Id', { pattern: '^003' }],
  ['person.name.firstName', 'string', 'FirstName'],
  ['person.name.lastName', 'string', 'LastName', { maxLength: 80 }],
  ['person.birthDate', 'date', 'Birthdate'],
  ['company.employees', 'int', 'NumberOfEmployees', { minimum: 0, maximum: 100_000 }],
  ['modified', 'date-time', 'SystemModstamp'],
  ['note', 'string', 'Description'],
  ['owner', 'string', 'OwnerId'],
  ['personAccount', 'boolean', 'IsPersonAccount'],
  ['homeAddress.city', 'string', 'City'],
  ...customs.map(([name]): Target => [`custom.${name}`, 'string', name]),
];

/** Functions that have no form in SQL. */
const vectorised: readonly Target[] = [
  ['device.os', 'string', 'ua_os_name(UserAgent)'],
  ['device.browser', 'string', 'ua_agent_name(UserAgent)'],
  ['checksum', 'string', 'crc32(Email)'],
];

export const workloads: readonly Workload[] = [
  workload('twelve attributes', [...attributes.slice(0, 10), ...attributes.slice(10, 12)], 1.3),
  workload('sixty columns, twenty of them expressions', [...attributes, ...expressions], 1.3),
  workload('sixty columns and three vectorised functions', [...attributes, ...expressions, ...vectorised], 3),
];

function workload(name: string, targets: readonly Target[], limit: number): Workload {
  const sourceColumns = columns.map(([column, type]) => ({ name: column, type }));
  const target = schemaOf(targets);
  const mappings = targets.map(([destination, , source]): MappingInput => {
    const isAttribute = columns.some(([column]) => column === source);
    return { sourceType: isAttribute ? 'ATTRIBUTE' : 'EXPRESSION', source, destination };
  });
  const planned = planMappings({ mappings, columns: sourceColumns, target });
  if (!planned.ok) throw new Error(planned.errors.map(({ message }) => message).join('\n'));
  const table = { target, fields: fieldsOf(target), plan: planned.plan };
  const texts = columns.map(([, , sql]) => sql);
  return { name, columns: sourceColumns, texts, read: planned.plan.sourceColumns, table, limit };
}

/** The schema that has just the fields of the targets; `_id` is required. */
function schemaOf(targets: readonly Target[]): ObjectNode {
  const root = new Map<string, XdmNode>();
  for (const [path, xdmType, , constraints = {}] of targets) {
    const names = path.split('.');
    let level = root;
    for (const name of names.slice(0, -1)) {
      const properties = new Map<string, XdmNode>();
      const known = level.get(name) ?? { kind: 'object', properties, required: new Set() };
      level.set(name, known);
      // Only this function fills the maps that it makes.
      level = (known as ObjectNode).properties as Map<string, XdmNode>;
    }
    level.set(names.at(-1) ?? '', { kind: 'scalar', xdmType, constraints });
  }
  return { kind: 'object', properties: root, required: new Set(['_id']) };
}
