import Bowser from 'bowser';
import { type DeviceClass, desktopSystems, deviceMarks, platformClasses } from './device-classes.ts';
import { type ScalarFunction, scalarFunction } from './scalar-function.ts';

/** The parser's patterns are tried on no more of a text, in UTF-16 units; real user agents are shorter. */
const LONGEST_READ = 2000;
/** Rows of one file repeat few user agents; the last so many are not parsed again. */
const REMEMBERED = 2000;

const UNKNOWN = 'Unknown';
const UNKNOWN_VERSION = '??';

/** What is told of a user agent. An unknown name is `Unknown`, an unknown version `??`, as in Yauaa. */
export interface UserAgent {
  readonly system: Product;
  readonly agent: Product;
  readonly deviceClass: DeviceClass;
}

interface Product {
  readonly name: string;
  /** What stands before the version; Windows NT goes by Windows there. */
  readonly family: string;
  readonly version: string;
}

/** The parser's names of agents, where the platform has others. */
const agentNames: ReadonlyMap<string, string> = new Map([
  ['Microsoft Edge', 'Edge'],
  ['Samsung Internet for Android', 'Samsung Internet'],
  ['BingCrawler', 'Bingbot'],
]);

/** Windows goes by the names it was sold under up to 8.1, and by its number from 10 on. */
const windowsVersions: ReadonlyMap<string, string> = new Map([
  ['NT 5.0', '2000'],
  ['NT 5.1', 'XP'],
  ['NT 5.2', 'XP'],
  ['NT 6.0', 'Vista'],
  ['NT 6.1', '7'],
  ['NT 6.2', '8'],
  ['NT 6.3', '8.1'],
  ['NT 10.0', '10.0'],
]);

/** A function over one user agent, by what it tells. */
const tellers: Readonly<Record<string, (userAgent: UserAgent) => string>> = {
  ua_os_name: ({ system }) => system.name,
  ua_os_version: ({ system }) => system.version,
  ua_os_version_major: ({ system }) => `${system.family} ${major(system.version)}`,
  ua_os_name_version: ({ system }) => `${system.family} ${system.version}`,
  ua_agent_name: ({ agent }) => agent.name,
  ua_agent_version: ({ agent }) => agent.version,
  ua_agent_version_major: ({ agent }) => `${agent.family} ${major(agent.version)}`,
  ua_device_class: ({ deviceClass }) => deviceClass,
};

/** Scalar functions by the name of the function of the language that they serve. */
export const userAgentFunctions: ReadonlyMap<string, ScalarFunction> = new Map(
  Object.entries(tellers).map(([name, tell]) => [
    name,
    scalarFunction({
      name: `dp_${name}`,
      parameters: ['VARCHAR'],
      returns: 'VARCHAR',
      call: (text) => tell(rememberedUserAgent(text)),
    }),
  ]),
);

const remembered = new Map<string, UserAgent>();

function rememberedUserAgent(text: string): UserAgent {
  const read = text.slice(0, LONGEST_READ);
  const known = remembered.get(read);
  if (known !== undefined) return known;
  const parsed = parseUserAgent(read);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(read, parsed);
  return parsed;
}

/** Reads the text of a user agent. */
export function parseUserAgent(text: string): UserAgent {
  if (text.trim() === '') {
    const nothing = product(UNKNOWN, undefined);
    return { system: nothing, agent: nothing, deviceClass: classOf(text, undefined, undefined) };
  }
  const { browser, os, platform } = Bowser.parse(text);
  return {
    system: systemOf(os),
    agent: agentOf(text, browser),
    deviceClass: classOf(text, platform.type, os.name),
  };
}

function systemOf({ name, version }: Bowser.Parser.Details): Product {
  if (name === 'Windows') {
    const sold = windowsVersions.get(version ?? '') ?? version;
    return { ...product('Windows', sold), name: 'Windows NT' };
  }
  return product(name === 'macOS' ? 'Mac OS' : name, version);
}

/** Tools call themselves by a product's name and version alone, as in `curl/8.4.0`. */
function agentOf(text: string, { name, version }: Bowser.Parser.Details): Product {
  if (name !== undefined && name !== '') return product(agentNames.get(name) ?? name, version);
  const tool = /^([A-Za-z][\w.-]*)\/(\d[\w.]*)/.exec(text);
  return product(tool?.[1], tool?.[2]);
}

function product(name: string | undefined, version: string | undefined): Product {
  const known = name === undefined || name === '' ? UNKNOWN : name;
  return {
    name: known,
    family: known,
    version: version === undefined || version === '' ? UNKNOWN_VERSION : version,
  };
}

function classOf(text: string, platform: string | undefined, system: string | undefined): DeviceClass {
  const marked = deviceMarks.find(([, mark]) => mark.test(text));
  if (marked !== undefined) return marked[0];
  const byPlatform = platformClasses.get(platform);
  if (byPlatform !== undefined) return byPlatform;
  if (desktopSystems.has(system)) return 'Desktop';
  return /\bmobile\b/i.test(text) ? 'Mobile' : 'Unknown';
}

function major(version: string): string {
  return version.replace(/\..*/s, '');
}
