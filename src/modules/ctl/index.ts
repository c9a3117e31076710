import { ConfigError, defineModule, entriesOf } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, type RpcReply, type RpcValue, reply } from '../../rpc/value.js';
import { type Endpoint, parseEndpoint } from './endpoint.js';
import { Ctl } from './state.js';

const { rpc } = entriesOf<Ctl>();

const BUFFERS = 'replies have the size they need';
const expected = 'expected [unix|unixs|unixd:]path or [udp|tcp:][address:]port';

/** Only binrpc has connections to tell about. */
function overBinrpc(call: RpcCall, values: () => readonly RpcValue[]): RpcReply {
  return call.protocol === 'binrpc' ? reply(...values()) : fault(606, 'rpc available only over binrpc (ctl)');
}

export default defineModule({
  name: 'ctl',
  doc: 'RPC commands over sockets for kamcmd (binrpc).',
  params: {
    binrpc: {
      type: 'list',
      value: 'string',
      doc: 'Where to listen: unixs:path, unixd:path, tcp:address:port, udp:address:port; repeatable. The default is kamailio_ctl in the run directory.',
      check: (value) => (parseEndpoint(value) === null ? expected : null),
    },
    fifo: {
      type: 'list',
      value: 'string',
      doc: 'The obsolete text protocol, which is not spoken here.',
      check: () => 'the obsolete FIFO protocol is not spoken; use binrpc, or fifo_name of jsonrpcs',
    },
    mode: { type: 'int', default: 0o600, min: 0, max: 0o777, doc: 'Permissions of sockets in the file system.' },
    user: { type: 'int|string', default: null, doc: 'Owner of sockets in the file system.' },
    group: { type: 'int|string', default: null, doc: 'Group of sockets in the file system.' },
    autoconversion: { type: 'int', default: 0, doc: '1: parameters of another type are converted.' },
    binrpc_max_body_size: { type: 'int', default: 32, doc: 'Reply buffer (KB).', noEffect: BUFFERS },
    binrpc_struct_max_body_size: { type: 'int', default: 8, doc: 'Structure buffer (KB).', noEffect: BUFFERS },
    binrpc_buffer_size: { type: 'int', default: 1024, doc: 'Print buffer (bytes).', noEffect: BUFFERS },
  },
  rpc: {
    'ctl.listen': rpc(
      'Sockets that ctl listens on.',
      (state) => (call) => (call.protocol === 'binrpc' ? reply(...state.listening()) : reply()),
    ),
    'ctl.connections': rpc(
      'Number of open connections.',
      (state) => (call) => overBinrpc(call, () => [state.connections()]),
    ),
    'ctl.who': rpc('Open connections.', (state) => (call) => overBinrpc(call, () => state.who())),
  },
  configure: (host, params) => {
    const endpoints = params.binrpc.map((text): Endpoint => {
      const endpoint = parseEndpoint(text);
      if (endpoint === null) throw new ConfigError(`${expected}, not "${text}"`, 'binrpc');
      return endpoint;
    });
    return new Ctl(host, {
      endpoints,
      access: { mode: params.mode, user: params.user ?? undefined, group: params.group ?? undefined },
      autoconversion: params.autoconversion !== 0,
    });
  },
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
