import { describe, expect, it } from 'vitest';
import { parseUserAgent, userAgentFunctions } from './user-agent.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

/** Each function's answer, in the order of this list. */
const functions = [
  'ua_os_name',
  'ua_os_version',
  'ua_os_version_major',
  'ua_os_name_version',
  'ua_agent_name',
  'ua_agent_version',
  'ua_agent_version_major',
  'ua_device_class',
];

describe('user agents', () => {
  it.each<[userAgent: string, told: string]>([
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 5_1_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) Version/5.1 Mobile/9B206 Safari/7534.48.3',
      'iOS|5.1.1|iOS 5|iOS 5.1.1|Safari|5.1|Safari 5|Phone',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91`,
      'Windows NT|10.0|Windows 10|Windows 10.0|Edge|120.0.2210.91|Edge 120|Desktop',
    ],
    [
      'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
      'Windows NT|7|Windows 7|Windows 7|Internet Explorer|11.0|Internet Explorer 11|Desktop',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15',
      'Mac OS|10.15.7|Mac OS 10|Mac OS 10.15.7|Safari|17.1|Safari 17|Desktop',
    ],
    [
      `Mozilla/5.0 (Linux; Android 13; SM-S901B) ${webkit} Chrome/112.0.0.0 Mobile Safari/537.36`,
      'Android|13|Android 13|Android 13|Chrome|112.0.0.0|Chrome 112|Phone',
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0',
      'Linux|??|Linux ??|Linux ??|Firefox|121.0|Firefox 121|Desktop',
    ],
    ['curl/8.4.0', 'Unknown|??|Unknown ??|Unknown ??|curl|8.4.0|curl 8|Robot'],
    ['nonsense', 'Unknown|??|Unknown ??|Unknown ??|Unknown|??|Unknown ??|Unknown'],
    ['', 'Unknown|??|Unknown ??|Unknown ??|Unknown|??|Unknown ??|Hacker'],
  ])('tells of "%s"', (userAgent, told) => {
    expect(functions.map((name) => userAgentFunctions.get(name)?.call(userAgent)).join('|')).toBe(told);
  });

  it.each([
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/119.0.0.0 Safari/537.36`, 'Desktop'],
    [`Mozilla/5.0 (Linux; Android 12; SM-X906C) ${webkit} Chrome/80.0.3987.119 Safari/537.36`, 'Tablet'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Robot'],
    [
      `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) ${webkit} Chrome/99.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)`,
      'Robot Mobile',
    ],
    ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'Robot'],
    ['Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73 (KHTML, like Gecko)', 'Game Console'],
    ['Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) NintendoBrowser/5.1.0.13343', 'Handheld Game Console'],
    ['Roku/DVP-9.10 (519.10E04111A)', 'Set-top box'],
    [
      `Mozilla/5.0 (Linux; Android 5.1; AFTS Build/LMY47O) ${webkit} Chrome/41.9 Safari/537.36`,
      'Set-top box',
    ],
    [`Mozilla/5.0 (Web0S; Linux/SmartTV) ${webkit} Chrome/79.0 Safari/537.36 WebAppManager`, 'TV'],
    [
      'Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) Version/5.0 Safari/533.2+ Kindle/3.0+',
      'eReader',
    ],
    [`Mozilla/5.0 (Linux; Tizen 2.3.1; SM-R732) ${webkit} Version/2.3 Mobile Safari/537.36`, 'Watch'],
    [
      `Mozilla/5.0 (Linux; Android 10; Quest 2) ${webkit} OculusBrowser/18.1 Chrome/95.0 VR Safari/537.36`,
      'Virtual Reality',
    ],
    [`Mozilla/5.0 (X11; GNU/Linux) ${webkit} Chrome/79.0 Safari/537.36 Tesla/2020.16.2.1`, 'Car'],
    ['<script>alert(1)</script>', 'Hacker'],
  ])('puts %s into the class %s', (userAgent, deviceClass) => {
    expect(parseUserAgent(userAgent).deviceClass).toBe(deviceClass);
  });

  it('reads no more of a text than a user agent can be long', () => {
    const endless = `Mozilla/5.0 (${'('.repeat(5_000_000)}`;
    expect(userAgentFunctions.get('ua_device_class')?.call(endless)).toBe('Unknown');
  });
});
