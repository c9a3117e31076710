import type { Timer } from '../clock/clock.js';
import type { Destination } from '../net/transport.js';
import type { Attributes } from '../script/attributes.js';
import type { EditMark } from '../sip/edits.js';
import type { SipMessage } from '../sip/message.js';
import { Method, type MethodId } from '../sip/methods.js';
import type { ListenSocket } from '../sip/receive-info.js';
import type { Arming } from './arming.js';
import type { Branch } from './branch.js';
import type { TransactionObserver } from './observer.js';
import type { TimedPacket } from './timed-packet.js';

/** Bits of {@link Transaction.flags}. */
export const TFlag = {
  /** A CANCEL came for it. */
  CANCELED: 1,
  /** A 6xx ended its open branches. */
  SIX_HUNDRED: 2,
  AUTO_INV_100: 4,
  /** Made by this server, or a replicated request: replies are not relayed. */
  LOCAL: 8,
  NO_AUTO_ACK: 16,
  DISABLE_6XX: 32,
  DISABLE_FAILOVER: 64,
  NO_E2E_CANCEL_REASON: 128,
  DISABLE_INTERNAL_REPLY: 256,
  /** The script sent a reply. */
  SCRIPT_REPLY: 512,
  SUSPENDED: 1024,
  CONTINUING: 2048,
  /** Answered even when it times out silently otherwise (`noisy_ctimer`). */
  NOISY: 4096,
  /** ACK and CANCEL take From and To of the request as sent (`t_use_uac_headers`). */
  USE_UAC_HEADERS: 8192,
  /** Its destination had been tried when it was suspended: what continues takes only what it adds itself. */
  URI_TRIED: 16384,
} as const;

/** What the run that made the transaction has done with it so far. */
export const RunDid = { NOTHING: 0, FORWARDED: 1, REPLIED: 2, RELEASED: 4, FAILED: 8 } as const;

/** The routing state of a request when its transaction was made: what failure routes start from. */
export interface RoutingState {
  readonly newUri: string | null;
  readonly dstUri: string;
  readonly path: string;
  readonly forceSocket: ListenSocket | null;
  readonly msgFlags: number;
}

/** No reply was relayed or sent yet. */
export const NO_BRANCH = -1;
/** The final reply is our own. */
export const LOCAL_REPLY = -2;

/** A server transaction with its client transactions (branches); without a server side when this server is the client. */
export class Transaction {
  /** Next transaction of the same Call-ID and CSeq number in the table. */
  next: Transaction | null = null;
  inTable = false;
  /** By what the table finds it. */
  tableKey = '';
  readonly method: string;
  readonly methodId: MethodId;
  flags = 0;
  /** The last status sent upstream; 0 before. */
  status = 0;
  /** The last reply sent upstream, for retransmissions. */
  replyText = '';
  /** To tag of our own replies. */
  localTag = '';
  replyTo: Destination | null = null;
  /** Branch whose reply was relayed last, {@link NO_BRANCH} or {@link LOCAL_REPLY}. */
  relayedBranch: number = NO_BRANCH;
  /** To tags of the 2xx replies to an INVITE that were relayed, and whether their ACK came by; null before any. */
  relayedTags: Map<string, boolean> | null = null;
  /** The response's retransmission; null until a final reply to an INVITE is sent. */
  response: TimedPacket | null = null;
  readonly branches: Branch[] = [];
  /** Branch that the running failure route is about. */
  picked = NO_BRANCH;
  /** Message flags as routes that run later see them. */
  messageFlags = 0;
  /** Saved at creation; the edits at the first relay. */
  routing: RoutingState | null = null;
  editMark: EditMark = -1;
  /** Code of the last failed relay, answered when the script ends without doing better. */
  error = 0;
  runDid: number = RunDid.NOTHING;
  /** The run that made it is over: nothing changes the request any more. */
  runEnded = false;
  /** Header lines for CANCELs that go out later, from the CANCEL that came in. */
  cancelReason: string | null = null;
  /** When it must have ended, milliseconds of the clock. */
  endOfLife = 0;
  fr = 0;
  frInvite = 0;
  t1 = 0;
  t2 = 0;
  /** What `t_drop_replies()` or `failure_reply_mode` asks for. */
  dropMode = 0;
  waitTimer: Timer | null = null;
  /** When it entered the wait state; 0 before. */
  waitSince = 0;
  /** Branch that stands for a suspended run; -1 when there is none. */
  blindBranch = -1;
  /** `RouteKind` that was suspended. */
  suspendedKind = 0;
  suspendedBranch = -1;
  observers: TransactionObserver[] | null = null;
  #fromTag: string | null = null;
  #viaBranch: string | null = null;
  /** Work that waits until a route's promise settles; null while nothing runs. */
  private waiting: (() => void)[] | null = null;
  /** A relay that waits for names or an asynchronous branch route. */
  forwarding: Promise<number> | null = null;

  constructor(
    /** Slot in the table, `$T(id_index)`. */
    readonly index: number,
    /** Tells apart transactions of one slot over time, `$T(id_label)`. */
    readonly label: number,
    /** The request; null for transactions of our own. */
    readonly request: SipMessage | null,
    readonly callId: string,
    readonly cseq: number,
    method: string,
    methodId: MethodId,
    public attrs: Attributes,
    readonly arming: Arming,
    /** When it was made, milliseconds of the clock. */
    readonly created: number,
  ) {
    this.method = method;
    this.methodId = methodId;
  }

  /** From tag of the request; empty without one. */
  get fromTag(): string {
    return this.#fromTag ?? this.request?.fromTag ?? '';
  }
  /** Branch of the request's topmost Via; empty without one. */
  get viaBranch(): string {
    return this.#viaBranch ?? this.request?.via1?.branch ?? '';
  }

  /** Keeps what late messages are matched by, so that the request need not be read again for them. */
  noteMatching(): void {
    this.#fromTag = this.fromTag;
    this.#viaBranch = this.viaBranch;
  }

  get isInvite(): boolean {
    return this.methodId === Method.INVITE;
  }
  get isLocal(): boolean {
    return (this.flags & TFlag.LOCAL) !== 0;
  }
  get isCanceled(): boolean {
    return (this.flags & TFlag.CANCELED) !== 0;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  observe(observer: TransactionObserver): void {
    if (this.observers === null) this.observers = [observer];
    else this.observers.push(observer);
  }

  /** True while a route of this transaction waits for something: other events must queue. */
  get busy(): boolean {
    return this.waiting !== null;
  }

  /** Queues work until the running route has ended. */
  defer(work: () => void): void {
    this.waiting?.push(work);
  }

  /** Keeps further events off until `work` settles, then lets them run in order. */
  async hold<T>(work: Promise<T>): Promise<T> {
    const outer = this.waiting !== null;
    this.waiting ??= [];
    try {
      return await work;
    } finally {
      if (!outer) this.release();
    }
  }

  private release(): void {
    const queue = this.waiting ?? [];
    this.waiting = null;
    for (let i = 0; i < queue.length; i++) {
      queue[i]?.();
      if (this.busy) {
        for (const rest of queue.slice(i + 1)) this.defer(rest);
        return;
      }
    }
  }

  /** Stops retransmissions and waits of all branches. */
  stopBranches(): void {
    for (const branch of this.branches) branch.packet.stop();
  }
}
