/*
 * S3's answers are flat XML: elements of known names that are never nested in themselves, no attributes that matter, no CDATA.
 * That much is read here, in time linear in the length of the text, whatever it holds.
 */

/** What stands in each element of a name, its markup as it is. */
export function elementsOf(xml: string, name: string): string[] {
  const found: string[] = [];
  const close = `</${name}>`;
  for (let at = 0; ; ) {
    const content = contentStart(xml, name, at);
    const end = content === undefined ? -1 : xml.indexOf(close, content);
    if (content === undefined || end < 0) return found;
    found.push(xml.slice(content, end));
    at = end + close.length;
  }
}

/** The text of the first element of a name; undefined where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const content = contentStart(xml, name, 0);
  const end = content === undefined ? -1 : xml.indexOf(`</${name}>`, content);
  return content === undefined || end < 0 ? undefined : decodeEntities(xml.slice(content, end));
}

/** A text as an element holds it. */
export function encodeEntities(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Where the content of the next element of a name begins. */
function contentStart(xml: string, name: string, from: number): number | undefined {
  for (let at = xml.indexOf(`<${name}`, from); at >= 0; at = xml.indexOf(`<${name}`, at + 1)) {
    const next = xml[at + name.length + 1];
    if (next === '>') return at + name.length + 2;
    if (next !== ' ') continue;
    const end = xml.indexOf('>', at);
    if (end >= 0 && xml[end - 1] !== '/') return end + 1;
  }
  return undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
