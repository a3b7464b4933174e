import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../platform/connections.ts';
import type { FlowSetup, FlowSpec, GivenFlow } from '../platform/flow-setup.ts';
import { createFlow, type FlowPlan, mappingsFor } from './create-flow.ts';

const spec: FlowSpec = { id: 'spec', version: '1.0', mode: undefined, options: [], frequencies: [] };
const column = (name: string, ...paths: string[][]): TableColumn => ({
  name,
  type: 'string',
  isTime: false,
  paths: paths.length === 0 ? [[name]] : paths,
});
const plan: FlowPlan = {
  name: 'People',
  spec,
  source: { name: 'People', baseConnectionId: 'base', data: { format: 'json' }, params: { path: '/people' } },
  target: { kind: 'new', title: 'People', columns: [column('First Name')] },
  copy: { mode: 'append' },
  options: {},
  schedule: undefined,
  isDraft: false,
};

/** Notes what is made, and refuses flows for as long as it is told to. */
class NotingSetup implements FlowSetup {
  readonly made: string[] = [];
  readonly flows: GivenFlow[] = [];
  refusesFlows = false;

  async #make(what: string): Promise<string> {
    this.made.push(what);
    return `${what} id`;
  }

  flowSpecFor = async () => spec;
  flowSpec = async () => spec;
  createSource = () => this.#make('source');
  createDataSet = () => this.#make('dataset');
  createTarget = () => this.#make('target');
  createMappingSet = () => this.#make('mapping set');
  suggestMappings = async () => [];

  async createSchema() {
    const schemaId = await this.#make('schema');
    return { schemaId, fields: [{ column: 'First Name', path: '_acme.people.firstName' }] };
  }

  async createFlow(given: GivenFlow) {
    if (this.refusesFlows) throw new Error('mirror: another flow lands there');
    this.flows.push(given);
    return this.#make('flow');
  }
}

describe('a flow is made', () => {
  test('with all that it is made of, each once, though it was refused before', async () => {
    const setup = new NotingSetup();
    const services = { setup, schemaFields: async () => [], ledger: new Map() };
    setup.refusesFlows = true;
    await expect(createFlow(services, plan)).rejects.toThrow('another flow');
    setup.refusesFlows = false;
    expect(await createFlow(services, { ...plan, copy: { mode: 'upsert' } })).toBe('flow id');
    expect(setup.made).toEqual(['source', 'schema', 'dataset', 'target', 'mapping set', 'flow']);
    expect(setup.flows).toMatchObject([{ copy: { mode: 'upsert' }, sourceConnectionId: 'source id' }]);
  });
});

describe('a schema of its own', () => {
  test('is looked into where a column holds objects, be it with one value', async () => {
    const setup = new NotingSetup();
    const looked: string[] = [];
    const schemaFields = async (id: string) => {
      looked.push(id);
      return [];
    };
    const target = { kind: 'new' as const, title: 'People', columns: [column('name', ['name', 'Last'])] };
    await createFlow({ setup, schemaFields, ledger: new Map() }, { ...plan, target });
    await createFlow({ setup, schemaFields, ledger: new Map() }, plan);
    expect(looked).toEqual(['schema id']);
  });
});

describe('columns go to', () => {
  const proposed = [
    { column: 'First Name', path: '_acme.people.firstName' },
    { column: 'address', path: '_acme.people.address' },
  ];

  test('the field that was proposed for them, whatever they are called', () => {
    expect(mappingsFor([column('First Name'), column('unknown')], proposed, [])).toEqual([
      { source: ['$', '{First Name}'].join(''), destination: '_acme.people.firstName' },
    ]);
  });

  test('the one field of an object that holds one value', () => {
    const leaves = [{ path: '_acme.people.address.city', type: 'string' }];
    expect(mappingsFor([column('address', ['address', 'City'])], proposed, leaves)).toEqual([
      { source: 'address.City', destination: '_acme.people.address.city' },
    ]);
  });

  test('the fields of their own values where they hold objects', () => {
    const leaves = [
      { path: '_acme.people.address.city', type: 'string' },
      { path: '_acme.people.address.zipCode', type: 'string' },
    ];
    const nested = column('address', ['address', 'City'], ['address', 'Zip Code']);
    expect(mappingsFor([nested], proposed, leaves)).toEqual([
      { source: 'address.City', destination: '_acme.people.address.city' },
      { source: ['$', '{address.Zip Code}'].join(''), destination: '_acme.people.address.zipCode' },
    ]);
  });
});
