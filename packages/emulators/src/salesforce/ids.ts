const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** Characters 4 to 6 of every id: the instance the record was made on, and a reserved zero. */
const INSTANCE = 'Tb0';
/** The first record of an object does not get number zero, as in an org that has lived a while. */
const FIRST_NUMBER = 4_000_000;

const pairs: string[] = [];
for (const high of digits) for (const low of digits) pairs.push(high + low);
const valueOfDigit = new Map([...digits].map((digit, value) => [digit, value]));

function isUpperCase(code: number): boolean {
  return code >= 65 && code <= 90;
}

function checksumDigit(fiveCharacters: string): string {
  let bits = 0;
  for (let at = 0; at < 5; at++) if (isUpperCase(fiveCharacters.charCodeAt(at))) bits |= 1 << at;
  return checksumDigits[bits] ?? '';
}

/** The 18-character form of a 15-character id: three digits that tell which characters are upper case. */
export function withChecksum(id: string): string {
  return (
    id + checksumDigit(id.slice(0, 5)) + checksumDigit(id.slice(5, 10)) + checksumDigit(id.slice(10, 15))
  );
}

/** Compiles the ids of one object: index → 18 characters, which sort as the indexes do. */
export function idsOf(keyPrefix: string): (index: number) => string {
  const head = `${keyPrefix}${INSTANCE}`;
  const firstChecksum = checksumDigit(head.slice(0, 5));
  const base = digits.length;
  return (index) => {
    const number = index + FIRST_NUMBER;
    const low = number % (base * base);
    const middle = Math.floor(number / base ** 2) % (base * base);
    const high = Math.floor(number / base ** 4) % (base * base);
    const serial = `000${pairs[high]}${pairs[middle]}${pairs[low]}`;
    return (
      head +
      serial +
      firstChecksum +
      checksumDigit(head.slice(5) + serial.slice(0, 4)) +
      checksumDigit(serial.slice(4, 9))
    );
  };
}

/** The index behind an id of 15 or 18 characters; undefined where it is not an id of this object. */
export function indexOfId(keyPrefix: string, id: string): number | undefined {
  if (id.length !== 15 && id.length !== 18) return undefined;
  const plain = id.slice(0, 15);
  if (id.length === 18 && withChecksum(plain) !== id) return undefined;
  if (!plain.startsWith(`${keyPrefix}${INSTANCE}`)) return undefined;
  let number = 0;
  for (const digit of plain.slice(6)) {
    const value = valueOfDigit.get(digit);
    if (value === undefined) return undefined;
    number = number * digits.length + value;
  }
  return number < FIRST_NUMBER ? undefined : number - FIRST_NUMBER;
}
