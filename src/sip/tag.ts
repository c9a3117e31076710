/**
 * To-tags of generated replies. A tag is a prefix that is drawn once per process and a suffix made from the request,
 * so that a retransmission of a request gets the same tag, and the ACK of a stateless reply is recognised by the prefix.
 */
import { randomBytes } from 'node:crypto';
import type { SipMessage } from './message.js';

/** 32-bit FNV-1a over latin1 text, continued from `seed`. */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const HEX16 = Array.from({ length: 0x10000 }, (_, n) => n.toString(16).padStart(4, '0'));

/** Eight lower-case hex digits. */
export function hex8(n: number): string {
  // Two table look-ups instead of padding: tags are made for every generated reply.
  return HEX16[n >>> 16]! + HEX16[n & 0xffff]!;
}

/** Random lower-case hex text of `bytes` bytes. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Source of the To-tags of one kind of reply. */
export class TagSource {
  /** Everything in front of the suffix. */
  readonly prefix: string;

  /** `separator` is `.` for stateless replies and `-` for those of transactions. */
  constructor(separator: '.' | '-', seed = randomHex(16)) {
    this.prefix = seed + separator;
  }

  /** The tag for replies to `msg`: the same for every retransmission of it. */
  tagFor(msg: SipMessage): string {
    const via = msg.via1;
    const branch = via === null ? '' : via.branch;
    let h = hash32(branch === '' ? (msg.callId ?? '') + msg.fromTag : branch);
    h = hash32(msg.received.srcIp, h);
    return this.prefix + hex8(h);
  }

  /** True when `tag` came from this source. */
  owns(tag: string): boolean {
    return tag.length === this.prefix.length + 8 && tag.startsWith(this.prefix);
  }
}
