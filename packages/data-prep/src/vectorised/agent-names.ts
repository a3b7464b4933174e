/** Products that tell what an agent is, where the parser takes it for the browser that it is made of. */
interface AgentMark {
  /** Its first group is the name, its second the version. */
  readonly mark: RegExp;
  /** What Yauaa calls it, unless by its own name. */
  readonly name?: string;
}

/** The first that is found decides. */
export const agentMarks: readonly AgentMark[] = [
  { mark: /\b([\w-]*bot|facebookexternalhit)\/([\d.]+)/i },
  { mark: /\b(Yahoo! Slurp)\b/ },
  { mark: /Android.*\b(OPR)\/([\d.]+)/, name: 'Opera Mobile' },
  { mark: /\b(Opera Mini|OculusBrowser|NintendoBrowser|Konqueror|Kindle)\/([\w.]+)/ },
  { mark: /(?:; wv\).*|Version\/4\.0 )\b(Chrome)\/([\d.]+)/, name: 'Chrome Webview' },
  { mark: /Web0S.*\b(Chrome)\/([\d.]+)/ },
  { mark: /^(?!.*(?:Safari|CriOS|FxiOS)).*\(iP(?:hone|ad|od).*\b(AppleWebKit)\/([\d.]+)/, name: 'UIWebView' },
];

/** The parser's names of agents, where Yauaa has others. */
export const agentNames: ReadonlyMap<string, string> = new Map([
  ['Microsoft Edge', 'Edge'],
  ['Samsung Internet for Android', 'SamsungBrowser'],
  ['Android Browser', 'Stock Android Browser'],
  ['Amazon Silk', 'Silk'],
  ['BlackBerry', 'Safari'],
]);

/** Edge as it was sold, by the version of the engine that its user agents tell. */
export const edgeVersions: ReadonlyMap<string, string> = new Map([
  ['12', '20'],
  ['13', '25'],
  ['14', '38'],
  ['15', '40'],
  ['16', '41'],
  ['17', '42'],
  ['18', '44'],
]);

/** Systems that the parser does not tell, or takes for the one they descend from; a group is the version. */
export const systemMarks: readonly (readonly [name: string, mark: RegExp])[] = [
  ['Ubuntu', /\bUbuntu(?:\/([\d.]+))?/],
  ['Fedora', /\bFedora(?:\/([\d.]+))?/],
  ['FreeBSD', /\bFreeBSD\b/],
  ['OpenBSD', /\bOpenBSD\b/],
  ['Orbis OS', /\bPlayStation 4(?:[ /]([\d.]+))?/],
  ['PS5 OS', /\bPlayStation 5(?:[ /]([\d.]+))?/],
  ['PlayStation Vita', /\bPlayStation Vita(?: ([\d.]+))?/],
];

/** Windows goes by the names it was sold under up to 8.1, and by its number from 10 on. */
export const windowsVersions: ReadonlyMap<string, string> = new Map([
  ['NT 5.0', '2000'],
  ['NT 5.1', 'XP'],
  ['NT 5.2', 'XP'],
  ['NT 6.0', 'Vista'],
  ['NT 6.1', '7'],
  ['NT 6.2', '8'],
  ['NT 6.3', '8.1'],
  ['NT 10.0', '10.0'],
]);
