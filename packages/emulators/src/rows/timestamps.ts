const DAY = 86_400_000;

const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const clockTexts: string[] = [];
for (let hour = 0; hour < 24; hour++) {
  for (const minute of twoDigits) {
    for (const second of twoDigits) clockTexts.push(`T${twoDigits[hour]}:${minute}:${second}`);
  }
}

const dayTexts = new Map<number, string>();

/** `2024-03-01` for a count of days since 1970. */
export function dateText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = new Date(day * DAY).toISOString().slice(0, 10);
    dayTexts.set(day, text);
  }
  return text;
}

/** `2024-03-01T12:00:00` for epoch milliseconds; stamps hold whole seconds, so the zone and `.000` are left to the caller. */
export function secondText(time: number): string {
  const day = Math.floor(time / DAY);
  return dateText(day) + (clockTexts[Math.floor((time - day * DAY) / 1000)] ?? '');
}

/** Days since 1970 of an ISO date. */
export function dayOf(isoDate: string): number {
  return Math.floor(Date.parse(isoDate) / DAY);
}
