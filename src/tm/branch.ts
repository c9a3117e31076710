import type { Clock } from '../clock/clock.js';
import type { Destination } from '../net/transport.js';
import type { RouteRef } from '../registry/arguments.js';
import type { SipMessage } from '../sip/message.js';
import type { ListenSocket } from '../sip/receive-info.js';
import { makeBranchId } from './branch-id.js';
import { type PacketOwner, TimedPacket } from './timed-packet.js';
import type { Transaction } from './transaction.js';

/** Stands for a reply that never came: a timeout, or a CANCEL before any answer. */
export const FAKED = Symbol('faked reply');
export type StoredReply = SipMessage | typeof FAKED | null;

/** Told when a branch's timers fall due. */
export interface BranchTimers {
  /** Sends the request again; false when it could not be sent. */
  resend(branch: Branch): boolean;
  /** No final reply came in time. */
  expired(branch: Branch): void;
}

/** One client transaction (RFC 3261 §17.1): a request that was sent and what came back. */
export class Branch implements PacketOwner {
  readonly packet: TimedPacket;
  /** Highest status received, or given to it locally; 0 before. */
  status = 0;
  /** The reply kept for picking. */
  reply: StoredReply = null;
  /** Text of the reason phrase of the last reply. */
  uri = '';
  path = '';
  instance = '';
  ruid = '';
  locationUa = '';
  /** Branch flags (`setbflag`). */
  flags = 0;
  forceSocket: ListenSocket | null = null;
  onReply: RouteRef | null = null;
  onFailure: RouteRef | null = null;
  onBranchFailure: RouteRef | null = null;
  /** CANCEL of our own on this branch; null when none was sent. */
  cancel: TimedPacket | null = null;
  /** It is to be canceled: a provisional reply triggers the CANCEL. */
  canceled = false;
  timedOut = false;
  replied = false;
  /** Waits for its final reply by `fr_inv_timer`. */
  proceeding = false;
  /** The first branch of one `t_relay()`. */
  firstOfStep = false;
  /** A branch that sends nothing: a suspended run or an external application. */
  blind = false;
  /** Further addresses of its destination, for failover. */
  alternatives: readonly Destination[] = [];

  constructor(
    readonly t: Transaction,
    readonly index: number,
    clock: Clock,
    private readonly timers: BranchTimers,
  ) {
    this.packet = new TimedPacket(clock, this);
  }

  /** The branch parameter of our Via. */
  get id(): string {
    return makeBranchId(this.t.index, this.t.label, this.index);
  }

  resend(): boolean {
    return this.timers.resend(this);
  }

  expired(): void {
    this.timers.expired(this);
  }

  /** Where the request was sent; null for a blind branch. */
  get destination(): Destination | null {
    return this.packet.dst;
  }

  /** True when a CANCEL may be started. */
  get cancelable(): boolean {
    return this.status < 200 && this.cancel === null;
  }
}
