import { expect } from 'vitest';
import { landedRows } from '../landed-rows.ts';
import type { ServerUnderTest } from '../server-under-test.ts';
import type { ProvedFlow } from './api-clients.ts';

/** A contact's columns in the order of the mappings, its stamp last, in milliseconds. */
type Contact = readonly (string | number | null)[];

const idOf = (contact: Contact) => String(contact[0]);
const stampOf = (contact: Contact) => Number(contact.at(-1));

/** Holds a dataset against the source, row by row, as the flow's mode has it. */
export async function expectLanded(server: ServerUnderTest, flow: ProvedFlow): Promise<void> {
  const source = await contactsAtSource(server);
  const landed = await landedContacts(server, flow.dataSetId);
  const versions = Map.groupBy(landed, idOf);
  expect(duplicates(landed), `${flow.mode}: versions that landed twice`).toEqual([]);
  if (flow.mode !== 'append') {
    const twice = [...versions].filter(([, rows]) => rows.length > 1);
    expect(twice, `${flow.mode}: keys with several rows`).toEqual([]);
  }
  const wrong = [...source].filter(([id, contact]) => !hasNewest(versions.get(id) ?? [], contact));
  expect(
    wrong.map(([id, contact]) => ({ source: contact, landed: versions.get(id) })),
    `${flow.mode}: rows that are not as at the source`,
  ).toEqual([]);
  if (flow.mode === 'mirror') expect([...versions.keys()].filter((id) => !source.has(id))).toEqual([]);
}

/** Whether the source's row is among the newest versions: a stamp is of a second, in which a row may change twice. */
function hasNewest(versions: readonly Contact[], contact: Contact): boolean {
  const newest = Math.max(...versions.map(stampOf));
  const text = JSON.stringify(contact);
  return versions.some((version) => stampOf(version) === newest && JSON.stringify(version) === text);
}

function duplicates(contacts: readonly Contact[]): readonly string[] {
  const seen = new Set<string>();
  return contacts
    .map((contact) => JSON.stringify(contact))
    .filter((text) => seen.size === seen.add(text).size);
}

async function contactsAtSource(server: ServerUnderTest): Promise<ReadonlyMap<string, Contact>> {
  const rows: Record<string, string | null>[] = await server.emulator('GET', '/rows?object=Contact');
  const contacts = rows.map((row): Contact => {
    const { Id, LastName, FirstName, MobilePhone, MailingStreet, MailingCity, SystemModstamp } = row;
    const texts = [Id, LastName, FirstName, MobilePhone, MailingStreet, MailingCity];
    return [...texts.map((text) => text ?? null), milliseconds(SystemModstamp)];
  });
  return new Map(contacts.map((contact) => [idOf(contact), contact]));
}

async function landedContacts(server: ServerUnderTest, dataSetId: string): Promise<readonly Contact[]> {
  const rows = await landedRows(server, dataSetId);
  return rows.map(({ _id, person, mobilePhone, homeAddress }) => {
    const texts = [
      _id,
      person?.name?.lastName,
      person?.name?.firstName,
      mobilePhone?.number,
      homeAddress?.street1,
      homeAddress?.city,
    ];
    return [...texts.map((text) => text ?? null), milliseconds(homeAddress?.label)];
  });
}

function milliseconds(stamp: string | null | undefined): number {
  const parsed = Date.parse(stamp ?? '');
  if (Number.isNaN(parsed)) throw new Error(`no time: ${stamp}`);
  return parsed;
}
