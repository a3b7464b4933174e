import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, ServerUnderTest } from '../server-under-test.ts';
import { type Walk, type Walker, walkTutorial } from '../tutorial.ts';
import type { Random } from './random.ts';

const FLOW = '/data/foundation/flowservice';
const CONVERSION = '/data/foundation/conversion';
const REGISTRY = '/data/foundation/schemaregistry';
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

export type Mode = 'append' | 'upsert' | 'mirror';

export interface ProvedFlow extends Walk {
  readonly mode: Mode;
}

/** What clients were answered, to be held against what is there in the end. A call that was not answered is not in it. */
export interface Ledger {
  /** What was made, and the name that it must have. */
  readonly made: { readonly path: string; readonly name: string }[];
  readonly removed: string[];
  /** Names of source connections that were refused. */
  readonly refused: string[];
  /** Flow runs that were asked for. */
  readonly runs: string[];
  readonly flows: ProvedFlow[];
  /** How often which status was answered; 0 where the connection broke. */
  readonly answers: Map<number, number>;
  /** What no client should ever be answered. */
  readonly unexpected: string[];
  /** How many names clients have given, no two of them alike. */
  names: number;
  /** Names that a mapping set was given since the last change of its name that was acknowledged, that one first. */
  renamed: { readonly path: string; readonly names: readonly string[] } | undefined;
}

export function emptyLedger(): Ledger {
  return {
    made: [],
    removed: [],
    refused: [],
    runs: [],
    flows: [],
    answers: new Map(),
    unexpected: [],
    names: 0,
    renamed: undefined,
  };
}

/** The contact's columns, in fields that all are texts. */
export const mappings = [
  ['Id', '_id'],
  ['LastName', 'person.name.lastName'],
  ['FirstName', 'person.name.firstName'],
  ['MobilePhone', 'mobilePhone.number'],
  ['MailingStreet', 'homeAddress.street1'],
  ['MailingCity', 'homeAddress.city'],
  ['SystemModstamp', 'homeAddress.label'],
] as const;

/** Makes a flow that reads the contacts, at first at once where no schedule is given. */
export async function makeFlow(
  walker: Walker,
  title: string,
  mode: Mode,
  schedule?: object,
): Promise<ProvedFlow> {
  return { ...(await walkTutorial(walker, title, { mappings, mode, ...(schedule && { schedule }) })), mode };
}

/** How many flows clients make, beside those that are there at first. */
const MOST_FLOWS = 4;

/** Clients of the API that write, one call after another, and note what they were answered. */
export class ApiClient {
  readonly #server: ServerUnderTest;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #walk: Walk;
  readonly #name: string;

  constructor(name: string, server: ServerUnderTest, walk: Walk, ledger: Ledger, random: Random) {
    this.#name = name;
    this.#server = server;
    this.#walk = walk;
    this.#ledger = ledger;
    this.#random = random;
  }

  async until(quiet: AbortSignal): Promise<void> {
    const actions = [
      () => this.#makeMappingSet(),
      () => this.#makeSourceConnection(),
      () => this.#makeSchema(),
      () => this.#removeOne(),
      () => this.#beRefused(),
      () => this.#runFlow(),
      () => this.#runFlow(),
      () => this.#runFlow(),
      () => this.#runFlow(),
      () => this.#makeFlow(),
    ] as const;
    while (!quiet.aborted) {
      await this.#random.pick(actions)();
      await pause(this.#random.whole(50, 600));
    }
  }

  /** Gives one mapping set name after name. */
  async renameUntil(quiet: AbortSignal): Promise<void> {
    const path = `${CONVERSION}/mappingSets/${this.#walk.mappingSetId}`;
    this.#ledger.renamed ??= { path, names: [] };
    while (!quiet.aborted) {
      const name = this.#nextName();
      // What was sent before and never answered may still come true.
      this.#ledger.renamed = { path, names: [...this.#ledger.renamed.names, name] };
      const answer = await this.#call('PUT', path, { ...this.#mappingSet(name), mappings: mappingBodies });
      if (answer?.status === 200) this.#ledger.renamed = { path, names: [name] };
      await pause(this.#random.whole(50, 600));
    }
  }

  async #makeMappingSet(): Promise<void> {
    const name = this.#nextName();
    const answer = await this.#call('POST', `${CONVERSION}/mappingSets`, this.#mappingSet(name));
    if (answer?.status === 200) this.#made(`${CONVERSION}/mappingSets/${answer.body.id}`, name);
  }

  async #makeSourceConnection(): Promise<string | undefined> {
    const name = this.#nextName();
    const answer = await this.#call('POST', `${FLOW}/sourceConnections`, this.#sourceConnection(name));
    if (answer?.status !== 201) return undefined;
    const path = `${FLOW}/sourceConnections/${answer.body.id}`;
    this.#made(path, name);
    return path;
  }

  async #makeSchema(): Promise<void> {
    const title = this.#nextName();
    const schema = { type: 'object', title, allOf: [{ $ref: PROFILE }] };
    const answer = await this.#call('POST', `${REGISTRY}/tenant/schemas`, schema);
    if (answer?.status === 201)
      this.#made(`${REGISTRY}/tenant/schemas/${encodeURIComponent(answer.body.$id)}`, title);
  }

  async #removeOne(): Promise<void> {
    const path = await this.#makeSourceConnection();
    if (path === undefined) return;
    const answer = await this.#call('DELETE', path);
    // Whether it is there is not known where no answer came.
    const { made, removed } = this.#ledger;
    made.splice(
      made.findIndex((entry) => entry.path === path),
      1,
    );
    if (answer !== undefined && answer.status < 300) removed.push(path);
  }

  async #beRefused(): Promise<void> {
    const name = this.#nextName();
    const body = { ...this.#sourceConnection(name), baseConnectionId: 'none' };
    const answer = await this.#call('POST', `${FLOW}/sourceConnections`, body);
    if (answer === undefined || answer.status === 503) return;
    this.#ledger.refused.push(name);
    if (answer.status !== 400) this.#ledger.unexpected.push(`a refusal was ${answer.status}`);
  }

  async #runFlow(): Promise<void> {
    const { flowId } = this.#random.pick([this.#walk, ...this.#ledger.flows]);
    const answer = await this.#call('POST', `${FLOW}/runs`, { flowId });
    if (answer?.status === 201) this.#ledger.runs.push(answer.body.id);
  }

  async #makeFlow(): Promise<void> {
    if (this.#ledger.flows.length >= MOST_FLOWS || !this.#random.chance(0.3)) return;
    const walker: Walker = {
      demo: this.#server.demo,
      call: async (method, path, options = {}) => {
        const answer = await this.#server.call(method, path, options);
        this.#note(method, path, answer);
        return answer;
      },
    };
    const mode = this.#random.pick(['append', 'upsert', 'mirror'] as const);
    const flow = await makeFlow(walker, this.#nextName(), mode).catch(() => undefined);
    if (flow !== undefined) this.#ledger.flows.push(flow);
  }

  /** Undefined where the connection broke. */
  async #call(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
    try {
      const answer = await this.#server.call(method, path, { ...(body !== undefined && { body }) });
      this.#note(method, path, answer);
      return answer;
    } catch {
      this.#count(0);
      return undefined;
    }
  }

  /** A store that is out of reach is told of by 503; other errors of the server's are its own fault. */
  #note(method: string, path: string, { status, body }: Answer): void {
    this.#count(status);
    if (status >= 500 && status !== 503)
      this.#ledger.unexpected.push(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
  }

  #count(status: number): void {
    const { answers } = this.#ledger;
    answers.set(status, (answers.get(status) ?? 0) + 1);
  }

  #made(path: string, name: string): void {
    this.#ledger.made.push({ path, name });
  }

  #nextName(): string {
    this.#ledger.names += 1;
    return `${this.#name} ${this.#ledger.names}`;
  }

  #mappingSet(name: string) {
    return { name, xdmSchema: this.#walk.schemaId, xdmVersion: '1.0', mappings: mappingBodies };
  }

  #sourceConnection(name: string) {
    return {
      name,
      baseConnectionId: this.#walk.connectionId,
      data: { format: 'tabular' },
      params: { tableName: 'Contact' },
    };
  }
}

const mappingBodies = mappings.map(([sourceAttribute, destinationXdmPath]) => ({
  sourceAttribute,
  destinationXdmPath,
}));
