import Bowser from 'bowser';
import { agentMarks, agentNames, edgeVersions, systemMarks, windowsVersions } from './agent-names.ts';
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

/** A function over one user agent, by what it tells. */
const tellers: Readonly<Record<string, (userAgent: UserAgent) => string>> = {
  ua_os_name: ({ system }) => system.name,
  ua_os_version: ({ system }) => system.version,
  ua_os_version_major: ({ system }) => `${system.family} ${majorOfSystem(system)}`,
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
  const system = systemOf(text, os);
  const agent = agentOf(text, browser);
  const deviceClass = classOf(text, platform.type, system.family);
  const isRobot = deviceClass === 'Robot' || deviceClass === 'Robot Mobile';
  return { system: isRobot ? systemOfRobot(agent) : system, agent, deviceClass };
}

/** Whatever system a robot names, it runs in a cloud. */
function systemOfRobot({ name }: Product): Product {
  return product(name === 'Googlebot' ? 'Google Cloud' : 'Cloud', undefined);
}

function systemOf(text: string, { name, version }: Bowser.Parser.Details): Product {
  for (const [marked, mark] of systemMarks) {
    const found = mark.exec(text);
    if (found !== null) return product(marked, found[1]);
  }
  if (name === 'Windows') {
    const sold = windowsVersions.get(version ?? '') ?? version;
    return { ...product('Windows', sold), name: 'Windows NT' };
  }
  return product(name === 'macOS' ? 'Mac OS' : name, version);
}

function agentOf(text: string, { name, version }: Bowser.Parser.Details): Product {
  for (const { mark, name: called } of agentMarks) {
    const found = mark.exec(text);
    if (found !== null) return product(called ?? capitalised(found[1]), found[2]);
  }
  if (name === 'Microsoft Edge') return product('Edge', version?.replace(/^\d+/, edgeSold));
  if (name !== undefined && name !== '') return product(agentNames.get(name) ?? name, version);
  return toolOf(text);
}

/** Tools call themselves by a product's name and version alone, as in `curl/8.4.0`. */
function toolOf(text: string): Product {
  const [, name, version] = /^([A-Za-z][\w.-]*)\/(\d[\w.]*)/.exec(text) ?? [];
  return product(capitalised(name), version);
}

function edgeSold(engine: string): string {
  return edgeVersions.get(engine) ?? engine;
}

/** Names without any capital get them, word by word. */
function capitalised(name: string | undefined): string | undefined {
  if (name === undefined || /[A-Z]/.test(name)) return name;
  return name.replace(/(?:^|-)[a-z]/g, (first) => first.toUpperCase());
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

/** Mac OS stayed at 10 for twenty years; what was called its version is the number behind that. */
function majorOfSystem({ family, version }: Product): string {
  return family === 'Mac OS' ? (/^10\.\d+/.exec(version)?.[0] ?? major(version)) : major(version);
}

function major(version: string): string {
  return version.replace(/\..*/s, '');
}
