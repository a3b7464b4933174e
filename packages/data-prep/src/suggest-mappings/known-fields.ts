import synonyms from './synonyms.json' with { type: 'json' };
import { wordsOf } from './words.ts';

/** Paths of the standard library that a name stands for, best first; empty for a name that stands for none. */
export function knownPaths(words: readonly string[]): readonly string[] | undefined {
  return pathsByName.get(words.join(' '));
}

/** By the words of a name. The table lists fields, and addresses as places times parts. */
const pathsByName: ReadonlyMap<string, readonly string[]> = new Map([
  ...synonyms.addresses.places.flatMap(({ names: places, objects }) =>
    synonyms.addresses.parts.flatMap(({ names: parts, fields }) =>
      places.flatMap((place) =>
        parts.map((part) =>
          entry(
            `${place} ${part}`,
            objects.flatMap((object) => fields.map((field) => `${object}.${field}`)),
          ),
        ),
      ),
    ),
  ),
  ...synonyms.fields.flatMap(({ names, paths }) => names.map((name) => entry(name, paths))),
]);

function entry(name: string, paths: readonly string[]): readonly [string, readonly string[]] {
  return [wordsOf(name).join(' '), paths];
}
