import { attributesOf, entityDefinition, entityDefinitions, tableOfKey } from '../metadata.ts';
import { badQuery, WebApiError } from '../odata/error.ts';
import type { Context } from './context.ts';

type Metadata = Readonly<Record<string, unknown>>;

const CAST = /^Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata$/;
/** Properties of metadata that must be asked for by `$expand`. */
const EXPANDABLE = ['OptionSet'];

/** Answers a path that begins with `EntityDefinitions`; undefined for one that is none. */
export function answerMetadata(
  path: readonly string[],
  params: ReadonlyMap<string, string>,
  { environment, url }: Context,
  apiRoot: string,
): unknown {
  const [head = '', attributes, cast] = path;
  const context = (what: string) => `${url()}${apiRoot}/$metadata#${what}`;
  if (head === 'EntityDefinitions' && path.length === 1)
    return { '@odata.context': context('EntityDefinitions'), value: query(entityDefinitions(), params) };
  const key = /^EntityDefinitions\((.+)\)$/.exec(head)?.[1];
  if (key === undefined) return undefined;
  const table = tableOfKey(key);
  if (table === undefined) {
    const name = key.replace(/^LogicalName='|'$/g, '');
    throw new WebApiError(404, '0x80060888', `Could not find an entity with name ${name}.`);
  }
  if (path.length === 1) {
    const [definition] = query([entityDefinition(table)], params);
    return { '@odata.context': context('EntityDefinitions/$entity'), ...definition };
  }
  const type = CAST.exec(cast ?? '')?.[1];
  if (attributes !== 'Attributes' || path.length > 3 || (cast !== undefined && type === undefined))
    return undefined;
  const all = attributesOf(table, environment.columns(table));
  const wanted =
    type === undefined
      ? all
      : all.filter((item) => item['@odata.type'] === `#Microsoft.Dynamics.CRM.${type}AttributeMetadata`);
  return {
    '@odata.context': context(`EntityDefinitions('${table.name}')/Attributes`),
    value: query(wanted, params),
  };
}

function query(items: readonly Metadata[], params: ReadonlyMap<string, string>): readonly Metadata[] {
  const filter = compileFilter(params.get('$filter'));
  const select = params
    .get('$select')
    ?.split(',')
    .map((name) => name.trim());
  const expand =
    params
      .get('$expand')
      ?.replaceAll(/\([^)]*\)/g, '')
      .split(',') ?? [];
  return items.filter(filter).map((item) => {
    const kept = Object.entries(item).filter(([name]) => {
      if (EXPANDABLE.includes(name)) return expand.includes(name);
      return select === undefined || select.includes(name) || name === 'MetadataId' || name === '@odata.type';
    });
    return Object.fromEntries(kept);
  });
}

/** Conditions of metadata queries: `Name eq value`, joined by `and`. */
function compileFilter(filter: string | undefined): (item: Metadata) => boolean {
  if (filter === undefined) return () => true;
  const conditions = filter.split(' and ').map((text) => {
    const [, name = '', operator, value = ''] = /^\s*(\w+) (eq|ne) (.+?)\s*$/.exec(text) ?? [];
    if (name === '') throw badQuery(`The $filter '${filter}' is not supported on metadata.`);
    return { name, isEqual: operator === 'eq', value: value.replace(/^'|'$/g, '') };
  });
  return (item) => conditions.every(({ name, isEqual, value }) => (String(item[name]) === value) === isEqual);
}
