/** Words of an entry. What a queue keeps in place of expiry is named second. */
export const Entry = {
  /** The next entry of the same bucket. */
  CHAIN: 0,
  PREVIOUS: 1,
  NEXT: 2,
  HASH: 3,
  KEY_SIZE: 4,
  KIND: 5,
  /** A double, or the block with the value (0: behind the key) and its length in bytes. */
  VALUE: 6,
  VALUE_SIZE: 7,
  EXPIRES_AT: 8,
  ADDED_AT: 8,
  WAITS_BEFORE: 10,
  WAITS_BEHIND: 11,
  ID: 10,
  SERIAL: 12,
  DUE_SECOND: 14,
  /** Grows with every write of the value. */
  VERSION: 15,
  KEY: 16,
} as const;
