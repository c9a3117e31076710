import type { Destination } from '../../net/transport.js';
import { int, optional, text } from '../../registry/arguments.js';
import type { FunctionDef } from '../../registry/module.js';
import { entriesOf } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { RouteName } from '../../script/route-kind.js';
import { branchTarget } from '../../sip/branches.js';
import { parseUri } from '../../sip/uri.js';
import { findSocket } from './network.js';
import { type Corex, SOURCE } from './state.js';

const { fn } = entriesOf<Corex>();
const ANYWHERE: readonly RouteName[] = ['ANY'];
const REQUEST_FAILURE: readonly RouteName[] = ['REQUEST', 'FAILURE'];
const SENT = { '1': 'sent', '-1': 'not sent' };

/** Sends bytes to the first address a URI resolves to. */
function sendTo(
  state: Corex,
  ctx: ScriptContext,
  uri: string,
  bytes: string,
  proto?: string,
  socket?: string,
): number | Promise<number> {
  const from = socket === undefined ? ctx.msg.forceSocket : (findSocket(state, socket) ?? state.socketNamed(socket));
  // As upstream: it is sent all the same.
  if (socket !== undefined && from === null) state.host.log.warn(SOURCE, `local socket not found: ${socket}`);
  const hops = state.host.proxy.nextHops(uri, { ...(proto ? { proto } : {}), socket: from });
  const send = (hop: Destination | undefined): number => {
    if (hop === undefined) {
      state.host.log.error(SOURCE, `bad or unresolvable destination uri [${uri}]`);
      return -1;
    }
    return state.host.network.send(hop, bytes) ? 1 : -1;
  };
  return hops instanceof Promise ? hops.then((all) => send(all[0])) : send(hops[0]);
}

/** `host[:port]` or a URI as a URI. */
const asUri = (target: string): string => (/^sips?:/i.test(target) ? target : `sip:${target}`);

const HOST_PORT = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i;

/** The message as received, to `$du` or the Request-URI, or to the given host. */
function forwardRaw(proto: 'udp' | 'tcp'): FunctionDef<Corex> {
  return fn(
    [optional(text('target', 'host[:port]; $du or the Request-URI by default'))],
    {
      routes: REQUEST_FAILURE,
      suspends: true,
      doc: `Sends the received message as it is over ${proto.toUpperCase()}.`,
      example: `send_${proto}("192.0.2.1:5060");`,
      returns: SENT,
    },
    (state) => (ctx, target) => {
      const { msg } = ctx;
      if (target === undefined) return sendTo(state, ctx, msg.dstUri || msg.currentUri, msg.raw, proto);
      if (HOST_PORT.test(target)) return sendTo(state, ctx, `sip:${target}`, msg.raw, proto);
      state.host.log.error(SOURCE, `failed to resolve [${target}]`);
      return -1;
    },
  );
}

/** Functions that put messages or bytes on the wire, or add branches. */
export const SENDING_FUNCTIONS = {
  append_branch: fn(
    [optional(text('uri', 'the Request-URI by default')), optional(text('q', '0 to 1'))],
    {
      routes: REQUEST_FAILURE,
      doc: 'Adds a branch to the destination set, with the next hop, path, flags and socket in effect now.',
      example: 'append_branch("sip:bob@192.0.2.1", "0.5");',
      returns: { '1': 'added', '-1': 'too many branches' },
    },
    (state) => (ctx, uri, q) => {
      const { msg } = ctx;
      const branch = branchTarget(uri === undefined || uri === '' ? msg.currentUri : uri);
      if (q !== undefined && q !== '') {
        const n = Number(q);
        if (!(n >= 0 && n <= 1)) {
          state.host.log.error(SOURCE, `cannot parse q parameter: ${q}`);
          return -1;
        }
        branch.q = Math.round(n * 1000);
      }
      // Whatever its URI, it goes where the current destination goes: `$du` in effect sends all of them to one place.
      branch.dstUri = msg.dstUri;
      branch.path = msg.pathVector;
      branch.flags = msg.bflags;
      branch.forceSocket = msg.forceSocket;
      if (q === undefined || q === '') branch.q = msg.q;
      const added = msg.addBranch(branch, state.host.settings.max_branches);
      if (uri === undefined || uri === '') {
        // The destination has become a branch; what the script sets next is another one's.
        msg.forceSocket = null;
        msg.bflags = 0;
        msg.dstUri = '';
        msg.pathVector = '';
      }
      if (added) return 1;
      state.host.log.error('<core>', 'max nr of branches exceeded');
      return -1;
    },
  ),
  send_udp: forwardRaw('udp'),
  send_tcp: forwardRaw('tcp'),
  send_data: fn(
    [text('uri'), text('data')],
    {
      routes: ANYWHERE,
      suspends: true,
      doc: 'Sends any bytes to a SIP URI.',
      example: 'send_data("sip:192.0.2.1:5060", "ping");',
      returns: SENT,
    },
    (state) => (ctx, uri, data) => sendTo(state, ctx, asUri(uri), data),
  ),
  sendx: fn(
    [text('uri'), text('socket', 'proto:address:port or name of a listen socket'), text('data')],
    {
      routes: ANYWHERE,
      suspends: true,
      doc: 'Sends any bytes to a SIP URI from a listen socket, or from any when there is no such socket.',
      example: 'sendx("sip:192.0.2.1:5060", "udp:127.0.0.1:5060", "ping");',
      returns: SENT,
    },
    (state) => (ctx, uri, socket, data) => sendTo(state, ctx, asUri(uri), data, undefined, socket),
  ),
  forward_reply: fn(
    [],
    {
      routes: ['CORE_ONREPLY'],
      suspends: true,
      doc: 'Forwards the reply by its second Via, at once.',
      example: 'forward_reply(); drop;',
      returns: SENT,
    },
    (state) => (ctx) => {
      const sent = state.host.proxy.forwardReply(ctx);
      return typeof sent === 'boolean' ? (sent ? 1 : -1) : sent.then((ok) => (ok ? 1 : -1));
    },
  ),
  forward_uac: fn(
    [optional(int('flags'))],
    {
      routes: ['REQUEST'],
      suspends: true,
      since: '6.x',
      doc: 'Forwards the request statelessly as a client: with no Via but the own one.',
      example: 'forward_uac();',
      returns: SENT,
    },
    (state) => (ctx) => forwardAsClient(state, ctx, null),
  ),
  forward_uac_uri: fn(
    [text('uri'), optional(int('flags'))],
    {
      routes: ['REQUEST'],
      suspends: true,
      since: '6.x',
      doc: 'As forward_uac, to a given URI.',
      example: 'forward_uac_uri("sip:192.0.2.1:5060");',
      returns: SENT,
    },
    (state) => (ctx, uri) => forwardAsClient(state, ctx, uri),
  ),
};

/** Forwards without the Via headers that came in: replies then end here. */
function forwardAsClient(state: Corex, ctx: ScriptContext, uri: string | null): number | Promise<number> {
  if (uri !== null && parseUri(uri) === null) {
    state.host.log.error(SOURCE, `bad uri [${uri}]`);
    return -1;
  }
  const { msg } = ctx;
  const mark = msg.edits.mark();
  const lines = new Set(msg.vias.map((v) => v.headerIndex));
  for (const i of lines) msg.edits.remove(msg.headerStart(i), msg.headerEnd(i) - msg.headerStart(i));
  const code = state.host.proxy.forward(ctx, uri, null);
  if (typeof code === 'number') {
    msg.edits.rollback(mark);
    return code;
  }
  return code.finally(() => msg.edits.rollback(mark));
}
