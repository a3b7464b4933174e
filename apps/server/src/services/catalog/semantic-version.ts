import type { Resource, ResourceFilter } from '@tributary/store';

type Operator = ResourceFilter['operator'];

/** The version of a stored object as the Catalog writes it: `1.0.0` for a new one, the last number counts its changes. */
export function shownVersion({ version }: Pick<Resource, 'version'>): string {
  return `1.0.${version - 1}`;
}

const VERSION = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/;

/** Compares versions number by number: 1.0.10 is above 1.0.9. What is no version is unlike all. */
export function compareVersions(shown: unknown, operator: Operator, value: string): boolean {
  const [actual, wanted] = [VERSION.exec(String(shown)), VERSION.exec(value)];
  if (actual === null || wanted === null) return operator === '!=';
  const differences = [1, 2, 3].map((part) => Number(actual[part]) - Number(wanted[part]));
  const difference = differences.find((part) => part !== 0) ?? 0;
  switch (operator) {
    case '==':
    case '~':
    case 'exists':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

/** The comparison in terms of what is stored; undefined where it is not with a version such as `1.0.3`. */
export function storedVersionFilter(operator: Operator, value: string): ResourceFilter | undefined {
  const changes = /^1\.0\.(\d{1,9})$/.exec(value)?.[1];
  if (changes === undefined || operator === '~' || operator === 'exists') return undefined;
  return { path: ['version'], operator, value: String(Number(changes) + 1) };
}
