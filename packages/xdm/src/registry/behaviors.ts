/** `$id`s of the behaviours: one of them is at the root of every class. */
export const RECORD = 'https://ns.adobe.com/xdm/data/record';
export const TIME_SERIES = 'https://ns.adobe.com/xdm/data/time-series';
export const ADHOC = 'https://ns.adobe.com/xdm/data/adhoc';
