import type { SourceType } from '@tributary/xdm';
import { parseJson } from '../json.ts';

/** The JSON value that the staged text of a column stands for: numbers as numbers, where none of their digits is lost. */
export function previewValue(type: SourceType, text: string | null): unknown {
  if (text === null) return null;
  if (typeof type === 'object') return parseJson(text) ?? text;
  switch (type) {
    case 'json':
      return parseJson(text) ?? text;
    case 'boolean':
      return text === 'true' || text === '1';
    case 'integer':
    case 'long':
    case 'number':
    case 'decimal':
      return numberOf(text);
    default:
      return text;
  }
}

function numberOf(text: string): number | string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  const digits = text.replaceAll(/[^0-9]/g, '').replace(/^0+/, '').length;
  return digits > SAFE_DIGITS ? text : value;
}

/** As many decimal digits as a double keeps. */
const SAFE_DIGITS = 15;
