/** Ids that no resource has and that careless code stumbles over, as they stand in a path. */
export const hostileIds: readonly string[] = [
  "' or '1'='1",
  '..%2F..%2Fetc%2Fpasswd',
  '%00',
  'a'.repeat(1_500),
  '%F0%9F%92%A9',
  '%E0%A4%A',
  '__proto__',
  '{}',
  '*',
];
