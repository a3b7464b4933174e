import { listAt, textAt } from '../json.ts';
import { required } from './answers.ts';
import type { Call } from './http.ts';
import { type SchemaField, schemaFields } from './schema-fields.ts';

const TENANT_SCHEMAS = '/data/foundation/schemaregistry/tenant/schemas';

/**
 * What schemas extend that rows are mapped to. Ad-hoc ones, which describe tables of sources, are none of
 * them.
 */
const MAPPABLE_BEHAVIOURS = [
  'https://ns.adobe.com/xdm/data/record',
  'https://ns.adobe.com/xdm/data/time-series',
];
/** The media type of a schema that is resolved and whole. */
export const NEWEST_OF_VERSION_1 = 'application/vnd.adobe.xed-full+json;version=1';

export interface SchemaName {
  readonly id: string;
  readonly title: string;
}

export interface Schemas {
  /** The sandbox's own record and time-series schemas, by title; as many as the registry lists at once. */
  list(): Promise<readonly SchemaName[]>;
  fields(schemaId: string): Promise<readonly SchemaField[]>;
}

export function createSchemas(call: Call): Schemas {
  return {
    async list() {
      const lists = MAPPABLE_BEHAVIOURS.map((behaviour) =>
        call(`${TENANT_SCHEMAS}?orderby=title&property=${encodeURIComponent(`meta:extends==${behaviour}`)}`, {
          headers: { accept: 'application/vnd.adobe.xed-id+json' },
        }),
      );
      const answers = await Promise.all(lists);
      return answers
        .flatMap((answer) => listAt(answer, 'results').map(parseSchemaName))
        .sort((a, b) => a.title.localeCompare(b.title));
    },
    async fields(schemaId) {
      const answer = await call(`${TENANT_SCHEMAS}/${encodeURIComponent(schemaId)}`, {
        headers: { accept: NEWEST_OF_VERSION_1 },
      });
      return schemaFields(answer);
    },
  };
}

function parseSchemaName(item: unknown): SchemaName {
  const id = required(textAt(item, '$id'), 'id of a schema');
  return { id, title: textAt(item, 'title') ?? id };
}
