import { type Kysely, sql } from 'kysely';

/**
 * Takes the next partition of a run that nobody reads, for a reader; no row where there is none, or as many
 * are read as may be. A function, for each of its statements sees what was committed before it began: whoever
 * has waited for the lock counts what was taken meanwhile, in one call.
 */
export async function takePartition(database: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(database);
}

const statement = `
  create function take_partition(
    of_org text, of_sandbox text, of_run text, to_reader text, for_seconds integer, most_of_run integer,
    most_of_connection integer)
  returns table (
    id text, settled boolean, announced_rows integer, state jsonb, is_staged boolean, notice text, item_name text,
    item_version text, change_token text, held_back jsonb, staged_pages integer, next text)
  language plpgsql as $$
  #variable_conflict use_column
  declare
    over text;
    read_of_run integer;
    read_of_connection integer;
    taken run_partitions;
  begin
    select coalesce(p.connection_id, '') into over from run_partitions p
      where p.org_id = of_org and p.sandbox_id = of_sandbox and p.run_id = of_run and not p.is_staged limit 1;
    if not found then return; end if;
    perform pg_advisory_xact_lock(hashtextextended('read ' || over, 0));
    select count(*) filter (where p.org_id = of_org and p.sandbox_id = of_sandbox and p.run_id = of_run), count(*)
      into read_of_run, read_of_connection from run_partitions p
      where p.connection_id = over and p.reader is not null and not p.is_staged and p.read_until > clock_timestamp();
    if read_of_run >= most_of_run or read_of_connection >= most_of_connection then return; end if;
    update run_partitions p
      set reader = to_reader, read_until = clock_timestamp() + for_seconds * interval '1 second'
      where p.org_id = of_org and p.sandbox_id = of_sandbox and p.run_id = of_run and not p.is_staged and p.id = (
        select q.id from run_partitions q
        where q.org_id = of_org and q.sandbox_id = of_sandbox and q.run_id = of_run and not q.is_staged
          and q.problem is null and (q.reader is null or q.read_until <= clock_timestamp())
        order by q.position limit 1)
      returning p.* into taken;
    if not found then return; end if;
    return query select taken.id, taken.settled, taken.announced_rows, taken.state, taken.is_staged, taken.notice,
      taken.item_name, taken.item_version, taken.change_token, taken.held_back,
      (select count(*)::integer from run_pages g where g.org_id = of_org and g.sandbox_id = of_sandbox
        and g.run_id = of_run and g.partition_id = taken.id),
      (select g.next from run_pages g where g.org_id = of_org and g.sandbox_id = of_sandbox
        and g.run_id = of_run and g.partition_id = taken.id order by g.position desc limit 1);
  end $$`;
