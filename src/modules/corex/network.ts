import { normaliseIp } from '../../net/addresses.js';
import type { ListenSocket, Proto } from '../../net/transport.js';
import { int, text, writablePv } from '../../registry/arguments.js';
import { entriesOf } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { RouteName } from '../../script/route-kind.js';
import { MsgFlag } from '../../sip/message.js';
import { type Corex, SOURCE } from './state.js';

const { fn } = entriesOf<Corex>();
const ANYWHERE: readonly RouteName[] = ['ANY'];
/**
 * A socket's text as parts: `proto:host:port`, where protocol and port may be missing. Null when it is none, or when the
 * server does without that protocol.
 */
export function splitSocket(state: Corex, socket: string): SocketParts | null {
  const m = /^(?:(udp|tcp|tls|sctp|ws|wss):)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/i.exec(socket);
  if (m === null) return null;
  const proto = (m[1]?.toLowerCase() ?? null) as Proto | null;
  if (proto !== null && proto !== 'udp' && state.host.settings.disable_tcp !== 0) return null;
  return { proto, host: m[2]!, port: Number(m[3] ?? 0) };
}

export interface SocketParts {
  readonly proto: Proto | null;
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
}

/** The listen socket that a text describes; null when there is none. */
export function findSocket(state: Corex, socket: string): ListenSocket | null {
  const parts = splitSocket(state, socket);
  if (parts === null) return null;
  return state.host.network.findSocket(parts.proto, normaliseIp(parts.host) ?? parts.host, parts.port);
}

/** A function that takes one of the server's sockets; as upstream, it succeeds even when there is no such socket. */
const choosing = (
  doc: string,
  example: string,
  side: 0 | 1,
  find: (state: Corex, name: string) => ListenSocket | null,
  use: (state: Corex, ctx: ScriptContext, socket: ListenSocket) => void,
) =>
  fn([text('socket')], { routes: ANYWHERE, doc, example, returns: { '1': 'always' } }, (state) => (ctx, name) => {
    const socket = find(state, name);
    if (socket === null) state.host.log.warn(SOURCE, `no socket found to match [${name}] (${side})`);
    else use(state, ctx, socket);
    return 1;
  });

const named = (state: Corex, name: string): ListenSocket | null => state.socketNamed(name);

function sendFrom(_state: Corex, ctx: ScriptContext, socket: ListenSocket): void {
  ctx.msg.forceSocket = socket;
}

function receivedOn(state: Corex, ctx: ScriptContext, socket: ListenSocket): void {
  state.received(ctx, { socket, dstIp: socket.address, dstPort: socket.port, proto: socket.proto });
}

/** Switches a flag about the own Via on (not 0) or off. */
const viaSwitch = (doc: string, example: string, flag: number, since?: '6.x') =>
  fn(
    [int('on')],
    { routes: ANYWHERE, doc, example, returns: { '1': 'always' }, ...(since && { since }) },
    () => (ctx, on) => {
      if (on !== 0) ctx.msg.msgFlags |= flag;
      else ctx.msg.msgFlags &= ~flag;
      return 1;
    },
  );

/** Functions about sockets, addresses and Via. */
export const NETWORK_FUNCTIONS = {
  set_send_socket: choosing(
    'Chooses the socket to send from, as proto:address:port.',
    'set_send_socket("udp:127.0.0.1:5060");',
    0,
    findSocket,
    sendFrom,
  ),
  set_send_socket_name: choosing(
    'Chooses the socket to send from by its name.',
    'set_send_socket_name("inside");',
    0,
    named,
    sendFrom,
  ),
  set_recv_socket: choosing(
    'Makes the message look as if it came in on another socket, given as proto:address:port.',
    'set_recv_socket("udp:127.0.0.1:5060");',
    1,
    findSocket,
    receivedOn,
  ),
  set_recv_socket_name: choosing(
    'Makes the message look as if it came in on another socket, given by its name.',
    'set_recv_socket_name("inside");',
    1,
    named,
    receivedOn,
  ),
  set_source_address: fn(
    [text('address', 'proto:address:port')],
    {
      routes: ANYWHERE,
      doc: 'Makes the message look as if it came from another address.',
      example: 'set_source_address("udp:192.0.2.1:5060");',
      returns: { '1': 'done', '-1': 'no valid address' },
    },
    (state) => (ctx, address) => {
      const parts = splitSocket(state, address);
      const ip = parts && normaliseIp(parts.host);
      if (parts === null || ip === null) {
        state.host.log.error(SOURCE, `invalid source address [${address}]`);
        return -1;
      }
      state.received(ctx, { srcIp: ip, srcPort: parts.port, proto: parts.proto ?? 'udp' });
      return 1;
    },
  ),
  is_incoming: fn(
    [],
    {
      routes: ANYWHERE,
      doc: 'In event_route[network:msg]: whether the packet comes in. Elsewhere: whether the last one that passed did.',
      example: 'if (is_incoming()) xlog("$mb");',
    },
    (state) => () => (state.interceptor?.incoming ? 1 : -1),
  ),
  is_faked_msg: fn(
    [],
    {
      routes: ANYWHERE,
      doc: 'Whether the route runs over a message made for it, not a received one.',
      example: 'if (is_faked_msg()) exit;',
    },
    () => (ctx) => (ctx.msg.received.socket.index < 0 ? 1 : -1),
  ),
  is_socket_name: fn(
    [text('name')],
    {
      routes: ANYWHERE,
      doc: 'Whether a listen socket has this name.',
      example: 'if (is_socket_name("inside")) set_send_socket_name("inside");',
    },
    (state) => (_ctx, name) => (state.socketNamed(name) ? 1 : -1),
  ),
  add_tcp_alias: fn(
    [int('port')],
    {
      routes: ANYWHERE,
      since: '6.x',
      doc: 'Lets requests to this port of the sender reuse the connection.',
      example: 'add_tcp_alias(5060);',
      returns: { '1': 'done', '-1': 'no stream connection' },
    },
    (state) => (ctx, port) => {
      const { connectionId } = ctx.msg.received;
      return connectionId > 0 && state.host.network.addConnectionAlias(connectionId, port) ? 1 : -1;
    },
  ),
  via_add_srvid: viaSwitch(
    'Whether the own Via gets `;srvid=` with the server id.',
    'via_add_srvid("1");',
    MsgFlag.VIA_SERVER_ID,
  ),
  via_add_xavp_params: viaSwitch(
    'Whether the own Via gets the fields of the xavp that the core parameter `xavp_via_params` names as parameters.',
    'via_add_xavp_params("1");',
    MsgFlag.VIA_XAVP_PARAMS,
  ),
  via_use_xavp_fields: viaSwitch(
    'Whether the own Via takes host, port and transport from the fields `address`, `port` and `proto` of the xavp that the core parameter `xavp_via_fields` names. 5.6 does nothing with them.',
    'via_use_xavp_fields("1");',
    MsgFlag.VIA_XAVP_FIELDS,
  ),
  via_reply_add_xavp_params: viaSwitch(
    'Whether the topmost Via of replies gets the fields of the xavp that the core parameter `xavp_via_reply_params` names as parameters.',
    'via_reply_add_xavp_params("1");',
    MsgFlag.REPLY_VIA_XAVP_PARAMS,
    '6.x',
  ),
  file_read: fn(
    [text('file'), writablePv('target')],
    {
      routes: ANYWHERE,
      doc: 'Reads a whole file into a variable.',
      example: 'file_read("/etc/hostname", "$var(host)");',
      returns: { '1': 'read', '-1': 'the file cannot be read' },
    },
    (state) => (ctx, file, target) => {
      const content = state.readFile(file);
      return content !== null && target.write(ctx, content) ? 1 : -1;
    },
  ),
  file_write: fn(
    [text('file'), text('content')],
    {
      routes: ANYWHERE,
      doc: 'Writes a file, in place of what it held.',
      example: 'file_write("/tmp/last-call", "$ci");',
      returns: { '1': 'written', '-1': 'the file cannot be written' },
    },
    (state) => (_ctx, file, content) => (state.writeFile(file, content) ? 1 : -1),
  ),
};
