/** A well mixed 32-bit number, always the same for the same salt and index (MurmurHash3's finaliser). */
export function mix(salt: number, index: number): number {
  let h = Math.imul(index ^ salt, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** A salt from a seed and a name (FNV-1a), so that two columns never run in step. */
export function saltOf(seed: number, name: string): number {
  let h = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at++) {
    h = Math.imul(h ^ name.charCodeAt(at), 0x01000193);
  }
  return mix(h | 0, seed);
}

/** The hash as a fraction, 0 up to but not including 1. */
export function fraction(salt: number, index: number): number {
  return mix(salt, index) / 0x1_0000_0000;
}
