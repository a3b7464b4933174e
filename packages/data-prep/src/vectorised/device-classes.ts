/** The documented classes of devices that a user agent can belong to. */
export type DeviceClass =
  | 'Desktop'
  | 'Unknown'
  | 'Mobile'
  | 'Tablet'
  | 'Phone'
  | 'Watch'
  | 'Augmented Reality'
  | 'Virtual Reality'
  | 'eReader'
  | 'Set-top box'
  | 'TV'
  | 'Home Appliance'
  | 'Game Console'
  | 'Handheld Game Console'
  | 'Voice'
  | 'Car'
  | 'Robot'
  | 'Robot Mobile'
  | 'Cloud'
  | 'Hacker';

const robot = String.raw`bot\b|bots\b|crawl|spider|slurp|externalhit|preview|^(?:curl|wget|python|java|go-http|okhttp|apache-http|libwww|axios|node-fetch|postman)`;

/** Marks in the text of a user agent that tell its class; the first that is found decides. */
export const deviceMarks: readonly (readonly [DeviceClass, RegExp])[] = [
  ['Hacker', /^\s*$|<script|\bunion\b.+\bselect\b|\$\{jndi:|\.\.\/\.\.\//i],
  ['Robot Mobile', new RegExp(`(?:android|iphone|mobile).*(?:${robot})|(?:bot-mobile)`, 'i')],
  ['Robot', new RegExp(robot, 'i')],
  ['Cloud', /amazon cloudfront|cloudfunctions|aws-sdk|google-cloud/i],
  ['Handheld Game Console', /nintendo (?:3ds|ds)|playstation portable/i],
  ['Game Console', /playstation|xbox|nintendo/i],
  ['Set-top box', /roku|\baft[a-z]+\b|apple ?tv|crkey|set-?top|\bstb\b/i],
  ['Home Appliance', /family ?hub|refrigerator/i],
  ['TV', /smart-?tv|hbbtv|bravia|web0s|netcast|android tv|googletv|\btv safari/i],
  ['eReader', /kindle\/|kobo|\bnook\b/i],
  ['Watch', /apple ?watch|watchos|wear ?os|\bsm-r\d/i],
  ['Augmented Reality', /hololens/i],
  ['Virtual Reality', /oculusbrowser|\bvr safari|\bquest \d/i],
  ['Voice', /\balexa\b|amazon ?echo|google ?home\b/i],
  ['Car', /tesla|qtcarbrowser|android automotive|carplay/i],
];

/** The class by the platform that the parser sees, where no mark tells more. */
export const platformClasses: ReadonlyMap<string | undefined, DeviceClass> = new Map([
  ['mobile', 'Phone'],
  ['tablet', 'Tablet'],
  ['desktop', 'Desktop'],
  ['tv', 'TV'],
  ['bot', 'Robot'],
]);

/** Systems of desktops, for user agents of which the parser does not see the platform. */
export const desktopSystems: ReadonlySet<string | undefined> = new Set([
  'Windows',
  'Mac OS',
  'Linux',
  'Ubuntu',
  'Fedora',
  'FreeBSD',
  'OpenBSD',
  'Chrome OS',
]);
