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
      'Mac OS|10.15.7|Mac OS 10.15|Mac OS 10.15.7|Safari|17.1|Safari 17|Desktop',
    ],
    [
      `Mozilla/5.0 (Linux; Android 13; SM-S901B) ${webkit} Chrome/112.0.0.0 Mobile Safari/537.36`,
      'Android|13|Android 13|Android 13|Chrome|112.0.0.0|Chrome 112|Phone',
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0',
      'Ubuntu|??|Ubuntu ??|Ubuntu ??|Firefox|121.0|Firefox 121|Desktop',
    ],
    ['curl/8.4.0', 'Cloud|??|Cloud ??|Cloud ??|Curl|8.4.0|Curl 8|Robot'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763',
      'Windows NT|10.0|Windows 10|Windows 10.0|Edge|44.17763|Edge 44|Desktop',
    ],
    [
      'Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:78.0) Gecko/20100101 Firefox/78.0',
      'Windows NT|7|Windows 7|Windows 7|Firefox|78.0|Firefox 78|Desktop',
    ],
    [
      'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)',
      'Windows NT|8|Windows 8|Windows 8|Internet Explorer|10.0|Internet Explorer 10|Desktop',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.132 Safari/537.36',
      'Mac OS|10.14.6|Mac OS 10.14|Mac OS 10.14.6|Chrome|80.0.3987.132|Chrome 80|Desktop',
    ],
    [
      'Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0',
      'Fedora|??|Fedora ??|Fedora ??|Firefox|115.0|Firefox 115|Desktop',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1',
      'iOS|16.5|iOS 16|iOS 16.5|Safari|16.5|Safari 16|Tablet',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1',
      'iOS|17.1|iOS 17|iOS 17.1|Chrome|119.0.6045.109|Chrome 119|Phone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/21.0 Chrome/110.0.5481.154 Mobile Safari/537.36',
      'Android|13|Android 13|Android 13|SamsungBrowser|21.0|SamsungBrowser 21|Phone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 12; SM-X906C Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/80.0.3987.119 Mobile Safari/537.36',
      'Android|12|Android 12|Android 12|Chrome Webview|80.0.3987.119|Chrome Webview 80|Phone',
    ],
    [
      'Mozilla/5.0 (Android 11; Tablet; rv:109.0) Gecko/113.0 Firefox/113.0',
      'Android|11|Android 11|Android 11|Firefox|113.0|Firefox 113|Tablet',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; VOG-L29) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.6045.163 Mobile Safari/537.36 OPR/76.2.4027.73374',
      'Android|10|Android 10|Android 10|Opera Mobile|76.2.4027.73374|Opera Mobile 76|Phone',
    ],
    [
      'Mozilla/5.0 (Linux; U; Android 4.4.2; en-us; SCH-I535 Build/KOT49H) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
      'Android|4.4.2|Android 4|Android 4.4.2|Stock Android Browser|4.0|Stock Android Browser 4|Phone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.84 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'Google Cloud|??|Google Cloud ??|Google Cloud ??|Googlebot|2.1|Googlebot 2|Robot Mobile',
    ],
    [
      'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
      'Cloud|??|Cloud ??|Cloud ??|Facebookexternalhit|1.1|Facebookexternalhit 1|Robot',
    ],
    [
      'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
      'Cloud|??|Cloud ??|Cloud ??|YandexBot|3.0|YandexBot 3|Robot',
    ],
    [
      'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
      'Cloud|??|Cloud ??|Cloud ??|AhrefsBot|7.0|AhrefsBot 7|Robot',
    ],
    ['python-requests/2.31.0', 'Cloud|??|Cloud ??|Cloud ??|Python-Requests|2.31.0|Python-Requests 2|Robot'],
    ['okhttp/4.9.3', 'Cloud|??|Cloud ??|Cloud ??|Okhttp|4.9.3|Okhttp 4|Robot'],
    [
      'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36 WebAppManager',
      'WebOS|??|WebOS ??|WebOS ??|Chrome|79.0.3945.79|Chrome 79|TV',
    ],
    [
      'Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15',
      'PS5 OS|2.26|PS5 OS 2|PS5 OS 2.26|Safari|13.0|Safari 13|Game Console',
    ],
    [
      'Mozilla/5.0 (X11; FreeBSD amd64; rv:109.0) Gecko/20100101 Firefox/110.0',
      'FreeBSD|??|FreeBSD ??|FreeBSD ??|Firefox|110.0|Firefox 110|Desktop',
    ],
    [
      'Mozilla/5.0 (compatible; Konqueror/4.5; FreeBSD) KHTML/4.5.4 (like Gecko)',
      'FreeBSD|??|FreeBSD ??|FreeBSD ??|Konqueror|4.5|Konqueror 4|Desktop',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; Quest 2) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/18.1.0.2.46 Chrome/95.0.4638.74 VR Safari/537.36',
      'Android|10|Android 10|Android 10|OculusBrowser|18.1.0.2.46|OculusBrowser 18|Virtual Reality',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/438.0.0.33.118;FBBV/532427420;FBDV/iPhone12,1;FBMD/iPhone;FBSN/iOS;FBSV/16.6;FBSS/2;FBID/phone;FBLC/en_US;FBOP/5]',
      'iOS|16.6|iOS 16|iOS 16.6|UIWebView|605.1.15|UIWebView 605|Phone',
    ],
    [
      'Mozilla/5.0 (PlayStation Vita 3.61) AppleWebKit/537.73 (KHTML, like Gecko) Silk/3.2',
      'PlayStation Vita|3.61|PlayStation Vita 3|PlayStation Vita 3.61|Silk|3.2|Silk 3|Game Console',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
      'Cloud|??|Cloud ??|Cloud ??|Applebot|0.1|Applebot 0|Robot',
    ],
    [
      'Mozilla/5.0 (Linux; U; Android 9; en-US; Redmi Note 5) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.108 UCBrowser/13.4.0.1306 Mobile Safari/537.36',
      'Android|9|Android 9|Android 9|Chrome Webview|78.0.3904.108|Chrome Webview 78|Phone',
    ],
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
    ['Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) NintendoBrowser/5.1.0.13343', 'Game Console'],
    ['Mozilla/5.0 (Nintendo 3DS; U; ; en) Version/1.7552.EU', 'Handheld Game Console'],
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
