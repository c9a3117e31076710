/**
 * SIP methods as bits, so that sets of methods (`Allow`, usrloc's `methods` column, `is_method("A|B")`) are one number.
 * The bit values are the ones upstream stores in its databases and prints as `$rmid`.
 */
import { equalsIgnoreCase } from './chars.js';

export const Method = {
  UNDEF: 0,
  INVITE: 1,
  CANCEL: 2,
  ACK: 4,
  BYE: 8,
  INFO: 16,
  REGISTER: 32,
  SUBSCRIBE: 64,
  NOTIFY: 128,
  MESSAGE: 256,
  OPTIONS: 512,
  PRACK: 1024,
  UPDATE: 2048,
  REFER: 4096,
  PUBLISH: 8192,
  KDMQ: 16384,
  GET: 1 << 15,
  POST: 1 << 16,
  PUT: 1 << 17,
  DELETE: 1 << 18,
  OTHER: 1 << 19,
} as const;

/** One method's bit, or {@link Method.OTHER} for an extension method. */
export type MethodId = number;

const BY_NAME = new Map<string, MethodId>();
const NAMES: string[] = [];
for (const [name, id] of Object.entries(Method)) {
  if (id === Method.UNDEF || id === Method.OTHER) continue;
  BY_NAME.set(name, id);
  NAMES.push(name);
}

/** The bit of a method name; the match ignores case, as upstream's does. */
export function methodId(name: string): MethodId {
  const exact = BY_NAME.get(name);
  if (exact !== undefined) return exact;
  for (const known of NAMES) if (equalsIgnoreCase(known, name)) return BY_NAME.get(known) ?? Method.OTHER;
  return name === '' ? Method.UNDEF : Method.OTHER;
}

/** The name of a known method's bit; empty for a set of several bits or an unknown one. */
export function methodName(id: MethodId): string {
  for (const name of NAMES) if (BY_NAME.get(name) === id) return name;
  return '';
}

/** The bits of a comma-separated method list such as the body of `Allow`. */
export function methodSet(list: string): number {
  let set = 0;
  for (const name of list.split(',')) set |= methodId(name.trim());
  return set;
}
