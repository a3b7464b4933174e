import { type Kysely, sql } from 'kysely';

/** Which flows land in a dataset is found by what flows and target connections name. */
export async function flowReferences(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}

const statements = [
  `insert into resource_references
     select org_id, sandbox_id, kind, id, 'params.dataSetId', body #>> '{params,dataSetId}'
     from resources where kind = 'targetConnection' and body #>> '{params,dataSetId}' is not null`,
  `insert into resource_references
     select distinct org_id, sandbox_id, kind, id, 'targetConnectionIds', target
     from resources, json_array_elements_text(body -> 'targetConnectionIds') as target
     where kind = 'flow' and json_typeof(body -> 'targetConnectionIds') = 'array'`,
];
