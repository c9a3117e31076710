import { TABLE_WORDS } from './entry-table.js';

/** Words of what has a name in the directory of a zone. */
export const Obj = {
  LOCK: 0,
  /** The object that was made after it. */
  NEXT: 1,
  KIND: 2,
  /** A block: bytes doubled + 1 when wide, then the text. */
  NAME: 3,
  FLAGS: 4,
  /** A 64-bit integer: the value of a counter. */
  VALUE: 6,
  /** Doubles: entries or items at most; life of an entry. */
  MAX: 6,
  TTL: 8,
  /** The expiry wheel's block and the second it stands at. */
  WHEEL: 10,
  WHEEL_SECOND: 11,
  /** Which of the places that readers stand at are taken, and which goes next when all are. */
  PLACES_TAKEN: 12,
  PLACES_TURN: 13,
  PLACES: 16,
  TABLE: 80,
} as const;

export const ObjectKind = { MAP: 1, COUNTER: 2, QUEUE: 3, LOCK: 4 } as const;

/** Words of a map or a queue, and of a counter or a lock. */
export const TABLE_OBJECT_WORDS = Obj.TABLE + TABLE_WORDS;
export const SMALL_OBJECT_WORDS = Obj.VALUE + 2;

/** Flags of maps. */
export const MapFlag = { EVICT: 1, KEEP_EXPIRY: 2, OWNER_TAKES: 4, IMMUTABLE: 8 } as const;
