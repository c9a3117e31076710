import type { SipMessage } from '../sip/message.js';
import { Attributes } from './attributes.js';

/** Bits of `ScriptContext.stop`: what ended the run. */
export const Stop = { NONE: 0, EXIT: 1, DROP: 2 } as const;

/** Points of a received message's way that functions tell apart. */
export const Stage = {
  ROUTING: 0,
  /** `event_route[core:pre-routing]`: the message can still be handed to a worker thread. */
  PRE_ROUTING: 1,
  /** Routing in a thread that was handed the message by another. */
  DELEGATED: 2,
} as const;

/**
 * One run of a route over one message: what compiled code and module functions get as their first argument. It lives
 * from a route's start to its end; what must outlive it (attributes, flags, URIs) is on the message or on `attrs`,
 * which a transaction adopts.
 */
export class ScriptContext {
  /** The last return code, `$rc`. */
  rc = 0;
  /** `Stop` bits: once EXIT is set, nothing further of the script runs. */
  stop = 0;
  /** Nesting depth of route blocks, bounded by `max_recursive_level`. */
  depth = 0;
  /** Script flags (`setsflag`), for this run only. */
  sflags = 0;
  /** The current branch index in branch_route, failure_route and onreply_route; -1 elsewhere. */
  branch = -1;
  /** The transaction this run belongs to, as tm knows it; null when none was looked up or created. */
  transaction: object | null = null;
  /** The reply being handled in a reply route, or the winning reply in a failure route; null elsewhere. */
  reply: SipMessage | null = null;
  /** What a function leaves for its caller in the same run, keyed by module; undefined until first used. */
  scratch: Map<unknown, unknown> | undefined = undefined;
  /** The text of `log_prefix` for this run; '' when unset. Evaluated once, at first use (or per action in mode 1). */
  logPrefix: string | undefined = undefined;
  /**
   * The script variables (`$var`, `$vn`) by slot: the thread's, until a run that waits takes a copy of its own. Null
   * before the run starts.
   */
  vars: (string | number | bigint | null)[] | null = null;
  varsOwned = false;
  /** Upstream's code of the last relay, forward or routing error of this run, which `sl_reply_error()` answers for; 0: none. */
  lastError = 0;
  /** The return code or promise of the call being made; only compiled code uses it. */
  pending: number | Promise<number> = 0;
  /** How far the message has come, a {@link Stage}. */
  stage: number = Stage.ROUTING;
  /** The packet about to leave, in onsend_route and event routes about sent messages. */
  sent: OutgoingPacket | null = null;

  constructor(
    public msg: SipMessage,
    /** The `RouteKind` bit of the route that is running. */
    public kind: number,
    public attrs: Attributes = new Attributes(),
  ) {}
}

/** What `onsend_route` may look at: the packet's text and where it goes. */
export interface OutgoingPacket {
  readonly text: string;
  readonly proto: string;
  readonly dstIp: string;
  readonly dstPort: number;
  readonly srcIp: string;
  readonly srcPort: number;
}
