/**
 * To-tags of generated replies. A tag is a prefix that is drawn once per process and a suffix made from the request,
 * so that a retransmission of a request gets the same tag, and the ACK of a stateless reply is recognised by the prefix.
 */
import { randomBytes } from 'node:crypto';
import { hash32, hex8 } from './hash.js';
import type { SipMessage } from './message.js';

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
    const own = via === null || via.branchLength === 0 ? hash32((msg.callId ?? '') + msg.fromTag) : via.branchHash();
    return this.prefix + hex8(hash32(msg.received.srcIp, own));
  }

  /** True when `tag` came from this source. */
  owns(tag: string): boolean {
    return tag.length === this.prefix.length + 8 && tag.startsWith(this.prefix);
  }
}
