import type { IdScheme } from '../rows/field.ts';

/** The head of a table's ids. Only the last twelve digits count, so that ids sort as indexes do, in text and in SQL Server. */
const HEADS: Readonly<Record<string, string>> = {
  account: 'a1c0de00-0001-ef11-9f89',
  contact: 'c0a7ac70-0002-ef11-9f89',
  lead: '1ead0000-0004-ef11-9f89',
  opportunity: '0bb00000-0003-ef11-9f89',
  systemuser: '5e500000-0008-ef11-9f89',
  transactioncurrency: 'c0110000-9105-ef11-9f89',
};
const FIRST_NUMBER = 0x000d3a000000;

function headOf(table: string): string {
  const head = HEADS[table];
  if (head === undefined) throw new Error(`${table} has no ids; see HEADS.`);
  return head;
}

/** Record ids are GUIDs; those of a row are always the same. */
export const recordIds: IdScheme = {
  idsOf(table) {
    const head = headOf(table);
    return (index) => `${head}-${(FIRST_NUMBER + index).toString(16).padStart(12, '0')}`;
  },
  indexOf(table, id) {
    const lower = id.toLowerCase();
    if (!lower.startsWith(`${headOf(table)}-`) || !/^[0-9a-f-]{36}$/.test(lower)) return undefined;
    const number = Number.parseInt(lower.slice(24), 16);
    return number < FIRST_NUMBER ? undefined : number - FIRST_NUMBER;
  },
};

/** The table that an id belongs to. */
export function tableOfId(id: string): string | undefined {
  return Object.keys(HEADS).find((table) => id.startsWith(headOf(table)));
}
