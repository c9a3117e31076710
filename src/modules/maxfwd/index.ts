import { int } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { defineModule, entriesOf, type FunctionDef } from '../../registry/module.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';

/** Checks and counts down Max-Forwards (RFC 3261 §16.6 step 3). */
export class Maxfwd {
  constructor(
    private readonly host: Host,
    /** Received values above this are brought down to it. */
    public maxLimit: number,
  ) {
    host.cfg.register('maxfwd', {
      max_limit: {
        type: 'int',
        doc: 'Max. maxfwd limit',
        read: () => this.maxLimit,
        write: (value) => {
          const limit = Number(value);
          if (!(limit >= 0 && limit <= 255)) return 'out of range 0..255';
          this.maxLimit = limit;
          return null;
        },
      },
    });
  }

  /** Counts down, or adds the header: 1 counted down, 2 added, -1 it is 0 (or a bad limit), -2 unreadable. */
  process(msg: SipMessage, limit: number): number {
    if (limit < 0 || limit > 255) {
      this.host.log.error('maxfwd', `invalid param value: ${limit}`);
      return -1;
    }
    const value = this.#read(msg);
    if (value === ABSENT) {
      msg.edits.insertAfter(msg.firstLineEnd, `Max-Forwards: ${limit}\r\n`);
      return 2;
    }
    if (value === UNREADABLE) return -2;
    if (value === 0) return -1;
    overwrite(msg, Math.min(value - 1, this.maxLimit));
    return 1;
  }

  /** 1 when the value is below `limit`; -1 not below, -2 absent, -3 unreadable. */
  below(msg: SipMessage, limit: number): number {
    if (limit < 0 || limit > 255) {
      this.host.log.error('maxfwd', `invalid param value: ${limit}`);
      return -1;
    }
    const value = this.#read(msg);
    if (value < 0) return value - 1;
    return value < limit ? 1 : -1;
  }

  #read(msg: SipMessage): number {
    const i = msg.firstHeader(Hdr.MAX_FORWARDS);
    if (i < 0) return ABSENT;
    const from = msg.headerBodyStart(i);
    const end = msg.headerBodyEnd(i);
    let value = 0;
    for (let at = from; at < end; at++) {
      const digit = msg.raw.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9 || end - from > 5) {
        this.host.log.error('maxfwd', 'unable to parse the max forwards number');
        return UNREADABLE;
      }
      value = value * 10 + digit;
    }
    // Upstream keeps 16 bits.
    return value & 0xffff;
  }
}

const ABSENT = -1;
const UNREADABLE = -2;

/**
 * Writes the number over the received one, blanks in front: the one change that reads see at once, because upstream
 * writes it into the receive buffer.
 */
function overwrite(msg: SipMessage, value: number): void {
  const i = msg.firstHeader(Hdr.MAX_FORWARDS);
  const from = msg.headerBodyStart(i);
  const end = msg.headerBodyEnd(i);
  const digits = `${value}`.padStart(end - from).slice(-(end - from));
  msg.raw = msg.raw.slice(0, from) + digits + msg.raw.slice(end);
}

const { fn } = entriesOf<Maxfwd>();

const limit = int('limit', '0 to 255');

const process: FunctionDef<Maxfwd> = fn(
  [limit],
  {
    routes: ['REQUEST'],
    doc: 'Counts Max-Forwards down by one; adds the header with the value `limit` when there is none.',
    example: 'if (!mf_process_maxfwd_header("10")) { exit; }',
    returns: { '1': 'counted down', '2': 'added', '-1': 'it was 0, or `limit` is out of range', '-2': 'not a number' },
  },
  (state) => (ctx, value) => state.process(ctx.msg, value),
);

const below: FunctionDef<Maxfwd> = fn(
  [limit],
  {
    routes: ['REQUEST', 'FAILURE', 'BRANCH'],
    doc: 'True when Max-Forwards is below `limit`.',
    example: 'if (is_maxfwd_lt("10")) { exit; }',
    returns: {
      '1': 'below',
      '-1': 'not below, or `limit` is out of range',
      '-2': 'no such header',
      '-3': 'not a number',
    },
  },
  (state) => (ctx, value) => state.below(ctx.msg, value),
);

export default defineModule({
  name: 'maxfwd',
  doc: 'Checks and counts down Max-Forwards, so that looping requests end.',
  params: {
    max_limit: {
      type: 'int',
      default: 70,
      min: 0,
      max: 255,
      doc: 'Received values above this are brought down to it.',
    },
  },
  functions: {
    maxfwd_process: process,
    mf_process_maxfwd_header: process,
    process_maxfwd: process,
    is_maxfwd_lt: below,
    maxfwd_at_least: below,
    mf_lowlimit: below,
  },
  configure: (host, params) => new Maxfwd(host, params.max_limit),
});
