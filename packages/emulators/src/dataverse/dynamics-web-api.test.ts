import { DynamicsWebApi } from 'dynamics-web-api';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DataverseEmulator, startDataverseEmulator } from './emulator.ts';
import { tokenOf } from './test-client.ts';

/** A client that is not ours, and reads the emulator as it would read Dataverse. */
let emulator: DataverseEmulator;
let client: DynamicsWebApi;
beforeAll(async () => {
  emulator = await startDataverseEmulator({ rows: { contact: 1200, account: 40 } });
  client = new DynamicsWebApi({
    serverUrl: emulator.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: () => tokenOf(emulator),
  });
});
afterEach(async () => {
  await fetch(`${emulator.url}/__emulator/fault`, { method: 'DELETE' });
});
afterAll(() => emulator.close());

async function control(path: string, body: object): Promise<Record<string, string[]>> {
  const answer = await fetch(`${emulator.url}/__emulator${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  // Mutations answer with lists of ids.
  return (await answer.json()) as Record<string, string[]>;
}

describe('dynamics-web-api', () => {
  test('signs in and asks who it is', async () => {
    expect(await client.callFunction('WhoAmI')).toMatchObject({
      UserId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('reads every page of a table', async () => {
    const { value } = await client.retrieveAll({ collection: 'contacts', select: ['fullname'] });
    expect(new Set(value?.map(({ contactid }) => contactid)).size).toBe(1200);
    const paged = await client.retrieveMultiple({
      collection: 'contacts',
      select: ['fullname'],
      maxPageSize: 500,
    });
    expect(paged.value).toHaveLength(500);
    const next = await client.retrieveMultiple(
      { collection: 'contacts', maxPageSize: 500 },
      paged.oDataNextLink,
    );
    expect(next.value?.[0]?.contactid).toBe(value?.[500]?.contactid);
  });

  test('filters, orders and counts', async () => {
    const { value, oDataCount } = await client.retrieveMultiple({
      collection: 'contacts',
      select: ['lastname', 'modifiedon'],
      filter: "donotemail eq true and modifiedon gt 2020-01-01T00:00:00Z and not startswith(lastname,'A')",
      orderBy: ['modifiedon desc'],
      count: true,
    });
    const stamps = value?.map(({ modifiedon }) => new Date(modifiedon).getTime()) ?? [];
    expect(stamps.length).toBeGreaterThan(20);
    expect(oDataCount).toBe(stamps.length);
    expect(stamps).toEqual(stamps.toSorted((a, b) => b - a));
  });

  test('sees labels of choices, names and tables of lookups', async () => {
    const { value } = await client.retrieveMultiple({
      collection: 'contacts',
      select: ['leadsourcecode', '_parentcustomerid_value', 'annualincome'],
      filter: 'leadsourcecode ne null and _parentcustomerid_value ne null',
      includeAnnotations: '*',
      top: 5,
    });
    expect(value).toHaveLength(5);
    expect(value?.[0]).toMatchObject({
      leadsourcecode: expect.any(Number),
      leadsourcecode_Formatted: expect.stringMatching(/\w/),
      _parentcustomerid_value_Formatted: expect.stringMatching(/\w/),
      _parentcustomerid_value_LogicalName: 'account',
    });
  });

  test('describes tables and columns', async () => {
    const { value: tables } = await client.retrieveEntities({ select: ['LogicalName', 'EntitySetName'] });
    expect(tables?.map(({ EntitySetName }) => EntitySetName)).toContain('opportunities');
    const contact = await client.retrieveEntity({
      key: "LogicalName='contact'",
      select: ['PrimaryIdAttribute'],
    });
    expect(contact).toMatchObject({ PrimaryIdAttribute: 'contactid' });
    const { value: choices } = await client.retrieveAttributes({
      entityKey: "LogicalName='contact'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet', select: ['Options'] }],
    });
    const leadSource = choices?.find(({ LogicalName }) => LogicalName === 'leadsourcecode');
    expect(leadSource?.OptionSet.Options[0]).toMatchObject({
      Value: 1,
      Label: { UserLocalizedLabel: { Label: 'Advertisement' } },
    });
  });

  test('follows changes and deletes by delta links, until the token expires', async () => {
    const all = await client.retrieveMultiple({
      collection: 'accounts',
      select: ['name'],
      trackChanges: true,
    });
    expect(all.value).toHaveLength(40);
    const { updated, inserted, deleted } = await control('/mutate', {
      object: 'account',
      update: 3,
      insert: 2,
      delete: 1,
    });
    const changes = await client.retrieveMultiple({ collection: 'accounts' }, all.oDataDeltaLink);
    const rows = changes.value ?? [];
    const isRemoved = (row: Record<string, unknown>) => row.reason === 'deleted';
    expect(rows.filter(isRemoved).map(({ id }) => id)).toEqual(deleted);
    expect(
      rows
        .filter((row) => !isRemoved(row))
        .map(({ accountid }) => accountid)
        .sort(),
    ).toEqual([...(updated ?? []), ...(inserted ?? [])].sort());
    const none = await client.retrieveMultiple({ collection: 'accounts' }, changes.oDataDeltaLink);
    expect(none.value).toEqual([]);
    await control('/fault', { kind: 'expireDeltaToken' });
    const expired = client.retrieveMultiple({ collection: 'accounts' }, changes.oDataDeltaLink);
    await expect(expired).rejects.toMatchObject({ code: '0x80044352' });
  });

  test('pages through changes, new and changed rows before deleted ones, whatever changes meanwhile', async () => {
    const whole = { collection: 'contacts', select: ['lastname'], trackChanges: true, maxPageSize: 500 };
    let page = await client.retrieveMultiple(whole);
    while (page.oDataNextLink) page = await client.retrieveMultiple(whole, page.oDataNextLink);
    const { updated, inserted, deleted } = await control('/mutate', {
      object: 'contact',
      update: 700,
      insert: 20,
      delete: 30,
    });
    const link = page.oDataDeltaLink;
    expect(link).toContain('deltatoken');
    page = await client.retrieveMultiple(whole, link);
    const rows: Record<string, unknown>[] = [...(page.value ?? [])];
    const later = await control('/mutate', { object: 'contact', insert: 5 });
    while (page.oDataNextLink) {
      page = await client.retrieveMultiple(whole, page.oDataNextLink);
      rows.push(...(page.value ?? []));
    }
    expect(rows.map((row) => row.contactid ?? row.id)).toEqual([
      ...(updated ?? []),
      ...(inserted ?? []),
      ...(deleted ?? []),
    ]);
    const next = await client.retrieveMultiple(whole, page.oDataDeltaLink);
    expect(next.value?.map(({ contactid }) => contactid)).toEqual(later.inserted);
  });

  test.each([
    [{ collection: 'contacts', filter: 'statecode eq 0' }, 'filter'],
    [{ collection: 'contacts', orderBy: ['lastname'] }, 'orderby'],
    [{ collection: 'contacts', top: 3 }, 'top'],
    [{ collection: 'systemusers' }, 'not enabled'],
  ])('is refused to track the changes of %j', async (request, reason) => {
    const asking = client.retrieveMultiple({ ...request, trackChanges: true });
    await expect(asking).rejects.toMatchObject({ status: 400, message: expect.stringContaining(reason) });
  });

  test('counts changes', async () => {
    const { oDataDeltaLink = '' } = await client.retrieveMultiple({
      collection: 'accounts',
      trackChanges: true,
    });
    await control('/mutate', { object: 'account', update: 4, delete: 2 });
    const token = new URL(oDataDeltaLink).searchParams.get('$deltatoken');
    const answer = await fetch(
      `${emulator.url}/api/data/v9.2/accounts/$count?$deltatoken=${encodeURIComponent(token ?? '')}`,
      { headers: { authorization: `Bearer ${await tokenOf(emulator)}` } },
    );
    expect(await answer.text()).toBe('6');
  });

  test('is told of service protection limits', async () => {
    await control('/fault', {
      kind: 'serviceProtection',
      limit: 'concurrency',
      retryAfter: 7,
      path: '/leads',
    });
    await expect(client.retrieveMultiple({ collection: 'leads' })).rejects.toMatchObject({
      status: 429,
      code: '0x80072326',
    });
  });

  test('is told which property is not there', async () => {
    await expect(
      client.retrieveMultiple({ collection: 'leads', select: ['nonsense'] }),
    ).rejects.toMatchObject({
      code: '0x80060888',
      message: expect.stringContaining("property named 'nonsense'"),
    });
  });
});
