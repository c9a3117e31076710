import { normaliseIp } from '../../net/addresses.js';
import type { ListenSocket, Proto } from '../../net/transport.js';
import { int, text, writablePv } from '../../registry/arguments.js';
import { entriesOf } from '../../registry/module.js';
import type { RouteName } from '../../script/route-kind.js';
import { type Corex, SOURCE } from './state.js';

const { fn } = entriesOf<Corex>();
const ANYWHERE: readonly RouteName[] = ['ANY'];
const FOUND = { '1': 'done', '-1': 'there is no such socket' };

/** `proto:address:port` as parts; null when it is not one. */
export function splitSocket(socket: string): { proto: Proto; host: string; port: number } | null {
  const m = /^(udp|tcp|tls|sctp|ws|wss):(\[[^\]]+\]|[^:]+)(?::(\d+))?$/i.exec(socket);
  return m && { proto: m[1]!.toLowerCase() as Proto, host: m[2]!, port: Number(m[3] ?? 0) };
}

function findSocket(state: Corex, socket: string): ListenSocket | null {
  const parts = splitSocket(socket);
  if (parts === null) {
    state.host.log.error(SOURCE, `invalid socket [${socket}]`);
    return null;
  }
  const found = state.host.network.findSocket(parts.proto, normaliseIp(parts.host) ?? parts.host, parts.port);
  if (found === null) state.host.log.warn(SOURCE, `no socket found to match [${socket}]`);
  return found;
}

const sending = (doc: string, find: (state: Corex, name: string) => ListenSocket | null) =>
  fn([text('socket')], { routes: ANYWHERE, doc, returns: FOUND }, (state) => (ctx, name) => {
    const socket = find(state, name);
    if (socket === null) return -1;
    ctx.msg.forceSocket = socket;
    return 1;
  });

const receiving = (doc: string, find: (state: Corex, name: string) => ListenSocket | null) =>
  fn([text('socket')], { routes: ANYWHERE, doc, returns: FOUND }, (state) => (ctx, name) => {
    const socket = find(state, name);
    if (socket === null) return -1;
    state.received(ctx, { socket, dstIp: socket.address, dstPort: socket.port, proto: socket.proto });
    return 1;
  });

const named = (state: Corex, name: string): ListenSocket | null => {
  const socket = state.socketNamed(name);
  if (socket === null) state.host.log.warn(SOURCE, `no socket found to match [${name}]`);
  return socket;
};

const NO_EFFECT = 'No effect here: Via parameters come from the core.';

/** Functions about sockets, addresses and Via. */
export const NETWORK_FUNCTIONS = {
  set_send_socket: sending('Chooses the socket to send from, as proto:address:port.', findSocket),
  set_send_socket_name: sending('Chooses the socket to send from by its name.', named),
  set_recv_socket: receiving(
    'Makes the message look as if it came in on another socket, given as proto:address:port.',
    findSocket,
  ),
  set_recv_socket_name: receiving(
    'Makes the message look as if it came in on another socket, given by its name.',
    named,
  ),
  set_source_address: fn(
    [text('address', 'proto:address:port')],
    {
      routes: ANYWHERE,
      doc: 'Makes the message look as if it came from another address.',
      returns: { '1': 'done', '-1': 'no valid address' },
    },
    (state) => (ctx, address) => {
      const parts = splitSocket(address);
      const ip = parts && normaliseIp(parts.host);
      if (parts === null || ip === null) {
        state.host.log.error(SOURCE, `invalid source address [${address}]`);
        return -1;
      }
      state.received(ctx, { srcIp: ip, srcPort: parts.port || 5060, proto: parts.proto });
      return 1;
    },
  ),
  is_incoming: fn(
    [],
    { routes: ANYWHERE, doc: 'Whether the message came off the network, not from a timer or another task.' },
    () => (ctx) => (ctx.sent === null && ctx.msg.received.socket.index >= 0 ? 1 : -1),
  ),
  is_faked_msg: fn(
    [],
    { routes: ANYWHERE, doc: 'Whether the route runs over a message made for it, not a received one.' },
    () => (ctx) => (ctx.msg.received.socket.index < 0 ? 1 : -1),
  ),
  is_socket_name: fn(
    [text('name')],
    { routes: ANYWHERE, doc: 'Whether a listen socket has this name.' },
    (state) => (_ctx, name) => (state.socketNamed(name) ? 1 : -1),
  ),
  add_tcp_alias: fn(
    [int('port')],
    {
      routes: ANYWHERE,
      since: '6.x',
      doc: 'Lets requests to this port of the sender reuse the connection.',
      returns: { '1': 'done', '-1': 'no stream connection' },
    },
    (state) => (ctx, port) => {
      const { connectionId } = ctx.msg.received;
      return connectionId > 0 && state.host.network.addConnectionAlias(connectionId, port) ? 1 : -1;
    },
  ),
  via_add_srvid: fn(
    [int('on')],
    { routes: ANYWHERE, doc: `Whether to add the server id to the own Via. ${NO_EFFECT}` },
    () => () => 1,
  ),
  via_add_xavp_params: fn(
    [int('on')],
    { routes: ANYWHERE, doc: `Whether to add parameters from an XAVP to the own Via. ${NO_EFFECT}` },
    () => () => 1,
  ),
  via_use_xavp_fields: fn(
    [int('on')],
    { routes: ANYWHERE, doc: `Whether to take host and port of the own Via from an XAVP. ${NO_EFFECT}` },
    () => () => 1,
  ),
  via_reply_add_xavp_params: fn(
    [int('on')],
    {
      routes: ANYWHERE,
      since: '6.x',
      doc: `Whether to add parameters from an XAVP to the topmost Via of replies. ${NO_EFFECT}`,
    },
    () => () => 1,
  ),
  file_read: fn(
    [text('file'), writablePv('target')],
    {
      routes: ANYWHERE,
      doc: 'Reads a whole file into a variable.',
      returns: { '1': 'read', '-1': 'the file cannot be read' },
    },
    (state) => (ctx, file, target) => {
      const content = state.readFile(file);
      return content !== null && target.write(ctx, content) ? 1 : -1;
    },
  ),
  file_write: fn(
    [text('file'), text('content')],
    { routes: ANYWHERE, doc: 'Appends to a file.', returns: { '1': 'written', '-1': 'the file cannot be written' } },
    (state) => (_ctx, file, content) => (state.appendFile(file, content) ? 1 : -1),
  ),
};
