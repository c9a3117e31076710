/**
 * Messages that leave, made by slicing the ones that came in: forwarded requests and replies, generated replies, and
 * the ACK and CANCEL of a client INVITE transaction.
 */
import { Hdr } from './header-names.js';
import type { SendTarget } from './edits.js';
import type { SipMessage } from './message.js';
import type { Via } from './via.js';

/** How a request is forwarded. */
export interface ForwardOptions {
  /** Own Via header line with CRLF (see {@link viaLine}); empty adds none. */
  readonly via: string;
  /** Request-URI of this branch. */
  readonly requestUri: string;
  /** Whole header lines with CRLF put behind the own Via, such as a branch's `Route` from its path. */
  readonly topHeaders?: string;
  /** Passed to edits whose text depends on the sending socket. */
  readonly target?: SendTarget | null;
  /** Leaves `received`/`rport` out of the topmost Via of the original (`msg_apply_changes`). */
  readonly keepVia?: boolean;
}
