import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, type RpcReply, reply, struct } from '../../rpc/value.js';
import type { SipMessage } from '../../sip/message.js';
import { callerRouteSet, routeSetText } from '../../sip/route-set.js';
import { errorReply, reasonPhrase, TmError } from '../../tm/errors.js';
import { readRequest } from './local-requests.js';
import type { Tm } from './state.js';

const { rpc } = entriesOf<Tm>();

/** How long `…_wait_block` waits. */
const BLOCK_LIMIT = 80_000;

interface Mode {
  /** The answer comes with the final reply. */
  readonly wait: boolean;
  /** Only status and reason are told, within {@link BLOCK_LIMIT}. */
  readonly block: boolean;
  readonly noAck: boolean;
  /** Headers and body are hex digits. */
  readonly hex: boolean;
}

/** Sends a request of this server's own from six texts: method, R-URI, next hop, socket, headers, body. */
function send(tm: Tm, call: RpcCall, mode: Mode): RpcReply | Promise<RpcReply> {
  const values: string[] = [];
  for (let i = 0; i < 6; i++) {
    const scan = call.scan(i < 5 ? '.S' : '*.S');
    if (!scan.ok) {
      if (i < 5) return fault(400, `too few parameters (${-i}/5)`);
      break;
    }
    values.push(String(scan.args[0] ?? ''));
  }
  const [method = '', ruri = '', nexthop = '', socket = '', headers = '', body = ''] = values;
  const text = (given: string): string => (mode.hex ? Buffer.from(given, 'hex').toString('latin1') : given);
  const read = readRequest(tm, { method, ruri, nexthop, socket, headers: text(headers), body: text(body) });
  if (typeof read === 'string') return fault(400, read);
  const failed = (): RpcReply => {
    const { status, reason } = errorReply(TmError.SEND, 'RPC/UAC');
    return fault(status, reason);
  };
  return new Promise((resolve) => {
    const limit = mode.block ? tm.host.clock.after(BLOCK_LIMIT, () => resolve(fault(500, 'No reply received'))) : null;
    const sent = tm.layer.local.send(read.request, {
      socket: read.socket,
      noAutoAck: mode.noAck,
      observer: {
        localReply: (_t, status, message) => {
          if (!mode.wait || status < 200) return;
          limit?.cancel();
          resolve(mode.block ? shortAnswer(status, message) : fullAnswer(status, message));
        },
      },
    });
    void Promise.resolve(sent).then((t) => {
      if (t === null || (mode.wait && !t.inTable)) resolve(failed());
      else if (!mode.wait) resolve(reply());
    });
  });
}

function shortAnswer(status: number, message: SipMessage | null): RpcReply {
  return reply(struct({ code: status, text: message?.reason ?? reasonPhrase(status) }));
}

/** Status, reason, remote target, next hop, routes, and the reply's headers and body. */
function fullAnswer(status: number, message: SipMessage | null): RpcReply {
  if (message === null) return reply(status, reasonPhrase(status), '', '', '', '');
  const rest = message.raw.slice(message.firstLineEnd);
  const target = message.contacts?.list[0]?.uri;
  if (status >= 300 || target === undefined) return reply(status, message.reason, rest);
  const routes = callerRouteSet(message.recordRoutes ?? []);
  const routeText = routes.length === 0 ? '' : `Route: ${routeSetText(routes)}`;
  return reply(status, message.reason, target, routes[0]?.uri ?? target, routeText, rest);
}

const start = 'Send a request: method, R-URI, next hop, socket, headers, body.';
const wait = 'As tm.t_uac_start; answers with the final reply.';

const command = (doc: string, mode: Partial<Mode>): RpcDef<Tm> =>
  rpc(doc, (tm) => (call) => send(tm, call, { wait: false, block: false, noAck: false, hex: false, ...mode }));

export const UAC_RPC: Readonly<Record<string, RpcDef<Tm>>> = {
  'tm.t_uac_start': command(start, {}),
  'tm.t_uac_start_noack': command(start, { noAck: true }),
  'tm.t_uac_start_hex': command(start, { hex: true }),
  'tm.t_uac_start_noack_hex': command(start, { noAck: true, hex: true }),
  'tm.t_uac_wait': command(wait, { wait: true }),
  'tm.t_uac_wait_noack': command(wait, { wait: true, noAck: true }),
  'tm.t_uac_wait_hex': command(wait, { wait: true, hex: true }),
  'tm.t_uac_wait_noack_hex': command(wait, { wait: true, noAck: true, hex: true }),
  'tm.t_uac_wait_block': command(wait, { wait: true, block: true }),
  'tm.t_uac_wait_block_noack': command(wait, { wait: true, block: true, noAck: true }),
  'tm.t_uac_wait_block_hex': command(wait, { wait: true, block: true, hex: true }),
  'tm.t_uac_wait_block_noack_hex': command(wait, { wait: true, block: true, noAck: true, hex: true }),
  'tm.t_uac_attrs': command('As tm.t_uac_start; further attributes are ignored.', {}),
};
