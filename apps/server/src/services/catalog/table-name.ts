import type { ScopedStore } from '@tributary/store';
import { pointerTo } from '../../http/json-pointer.ts';
import { Problem } from '../../http/problem.ts';

/** Under this tag clients look for the name by which SQL reaches a dataset. */
const TABLE_NAME_TAG = 'adobe/pqs/table';
const TABLE_FORMAT_TAG = 'adobe/siphon/table/format';

type Tags = Readonly<Record<string, readonly string[]>>;

/** The tags that a client asks for, with those that the Catalog answers for as they are, but for a new table name. */
export function withSystemTags(asked: Tags, current: Tags): Tags {
  const { [TABLE_NAME_TAG]: tableName = current[TABLE_NAME_TAG], ...others } = asked;
  return { ...others, ...(tableName && { [TABLE_NAME_TAG]: tableName }), [TABLE_FORMAT_TAG]: ['iceberg'] };
}

/**
 * Tags with a table name that no other dataset has, taken for this transaction alone: the one that they ask for, else
 * one made of the dataset's name.
 * @throws {Problem} of kind `invalidBody`, or `conflict` where the name that they ask for is taken
 */
export async function withTableName(
  store: ScopedStore,
  tags: Tags,
  { name, id }: { readonly name: string; readonly id: string },
): Promise<Tags> {
  const asked = tags[TABLE_NAME_TAG];
  const tableName =
    asked === undefined ? await freeTableName(store, name, id) : await askedTableName(store, asked);
  return withSystemTags(tags, { [TABLE_NAME_TAG]: [tableName] });
}

/**
 * Lets tags pass whose table name is the one before, or one that no other dataset has.
 * @throws {Problem} of kind `invalidBody` or `conflict`
 */
export async function requireFreeTableName(store: ScopedStore, tags: Tags, before: Tags): Promise<void> {
  const asked = tags[TABLE_NAME_TAG] ?? [];
  const isSame = asked.length === 1 && asked[0] === before[TABLE_NAME_TAG]?.[0];
  if (!isSame) await askedTableName(store, asked);
}

/** Longest table name that common SQL engines take. */
const MAX_TABLE_NAME = 128;
const TABLE_NAME = new RegExp(`^[a-z_][a-z0-9_]{0,${MAX_TABLE_NAME - 1}}$`);

async function askedTableName(store: ScopedStore, asked: readonly string[]): Promise<string> {
  const [tableName] = asked;
  if (tableName === undefined || asked.length > 1 || !TABLE_NAME.test(tableName)) {
    throw tagProblem(
      'invalidBody',
      `The tag ${TABLE_NAME_TAG} takes one name of at most ${MAX_TABLE_NAME} lower-case letters, digits and underscores that does not begin with a digit.`,
    );
  }
  if (await isTaken(store, tableName)) {
    throw tagProblem('conflict', `The table name '${tableName}' is another dataset's. Choose another one.`);
  }
  return tableName;
}

function tagProblem(kind: 'invalidBody' | 'conflict', message: string): Problem {
  const path = pointerTo('tags', TABLE_NAME_TAG);
  return new Problem(kind, message, { violations: [{ path, message }] });
}

async function freeTableName(store: ScopedStore, name: string, id: string): Promise<string> {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const tableName = (/^[a-z]/.test(words) ? words : `dataset_${words || id}`).slice(
    0,
    MAX_TABLE_NAME - id.length - 1,
  );
  return (await isTaken(store, tableName)) ? `${tableName}_${id}` : tableName;
}

/** What is found free stays so until the transaction ends. */
async function isTaken(store: ScopedStore, tableName: string): Promise<boolean> {
  await store.holdName(`table name of a dataset: ${tableName}`);
  const filter = { path: ['tags', TABLE_NAME_TAG], operator: '==', value: tableName } as const;
  return (await store.resources('dataSet').count([filter])) > 0;
}
