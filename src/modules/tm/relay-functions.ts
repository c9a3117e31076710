import type { Proto } from '../../net/transport.js';
import { ArgumentError, literal, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { parseUri, protoFromText } from '../../sip/uri.js';
import { armingOf } from '../../tm/arming.js';
import { ANYWHERE, type RelayTo } from '../../tm/forward.js';
import { TFlag } from '../../tm/transaction.js';
import type { Tm } from './state.js';

const { fn } = entriesOf<Tm>();

const RELAYED = {
  '1': 'forwarded',
  '-1': 'not forwarded; answered when the script ends',
  '-6': 'branch_route dropped every branch',
  '-478': 'a name could not be resolved',
};
const relayInfo = (doc: string, example: string): FunctionInfo => ({
  routes: ['REQUEST', 'FAILURE'],
  doc,
  example,
  returns: RELAYED,
});
const requestInfo = (doc: string, example: string): FunctionInfo => ({
  routes: ['REQUEST'],
  doc,
  example,
  returns: { '1': 'forwarded', '-1': 'not forwarded' },
});
const host = literal('host', 'IP address or name');
const port = literal('port');

/** `t_relay()` in whichever route it stands. */
export function relay(tm: Tm, ctx: ScriptContext, to: RelayTo): number | Promise<number> {
  if ((ctx.kind & (RouteKind.FAILURE | RouteKind.BRANCH_FAILURE)) === 0) return tm.layer.relay.relay(ctx, to);
  const t = tm.known(ctx);
  if (t === null) {
    tm.error('undefined T');
    return -1;
  }
  const result = tm.layer.forwarding.forward(ctx, t, to);
  if (result > 0) return 1;
  if (t.error !== -6) tm.error('t_forward_noack failed');
  return -1;
}

/** Where `(host, port)` with a transport leads. */
function fixed(host: string, port: string, proto: string | null): RelayTo {
  const bare = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return { uri: `sip:${bare}:${port}`, proto: proto as Proto | null };
}

/** `proto:host:port`, where transport and port may be missing. */
function parseProxy(proxy: string): RelayTo {
  const match = /^(?:(udp|tcp|tls|ws|wss|sctp):)?(\[[0-9a-fA-F:]+\]|[^:\s]+)(?::(\d+))?$/i.exec(proxy);
  if (match === null) throw new ArgumentError(`invalid proxy addr parameter <${proxy}>`);
  const proto = (match[1]?.toLowerCase() ?? null) as Proto | null;
  return { uri: `sip:${match[2]}${match[3] === undefined ? '' : `:${match[3]}`}`, proto };
}

/** `t_relay_to`'s switches: 1 no automatic 100, 2 no reply for errors, 4 no failover. */
function applyFlags(tm: Tm, ctx: ScriptContext, flags: number): void {
  const t = tm.known(ctx);
  const set = (flag: number, on: boolean): void => {
    if (t !== null) t.flags = on ? t.flags | flag : t.flags & ~flag;
    else {
      const arming = armingOf(ctx.msg);
      if (on) arming.setFlags |= flag;
      else arming.clearFlags |= flag;
    }
  };
  if (flags & 1) set(TFlag.AUTO_INV_100, false);
  if (flags & 2) set(TFlag.DISABLE_INTERNAL_REPLY, true);
  if (flags & 4) set(TFlag.DISABLE_FAILOVER, true);
}

const isNumber = (text: string): boolean => /^(?:0x[0-9a-f]+|\d+)$/i.test(text);

const relayTo: readonly FunctionDef<Tm>[] = [
  fn([], relayInfo('As t_relay().', 't_relay_to();'), (tm) => (ctx) => relay(tm, ctx, ANYWHERE)),
  fn(
    [parsed('proxy or flags', (text) => (isNumber(text) ? Number(text) : parseProxy(text)))],
    relayInfo(
      'Relays to a fixed address, or with switches: 1 no 100, 2 no reply for errors, 4 no failover.',
      't_relay_to("0x01");',
    ),
    (tm) => (ctx, what) => {
      if (typeof what !== 'number') return relay(tm, ctx, what);
      // 5.6 takes switches alone without looking at them.
      if (tm.host.compat !== '5.6') applyFlags(tm, ctx, what);
      return relay(tm, ctx, ANYWHERE);
    },
  ),
  fn(
    [
      parsed('proxy', parseProxy),
      parsed('flags', (text) => (isNumber(text) ? Number(text) : refuse(`invalid flags <${text}>`))),
    ],
    relayInfo('Relays to a fixed address with switches.', 't_relay_to("tcp:127.0.0.1:5060", "0x01");'),
    (tm) => (ctx, proxy, flags) => {
      applyFlags(tm, ctx, flags);
      return relay(tm, ctx, proxy);
    },
  ),
];

function refuse(message: string): never {
  throw new ArgumentError(message);
}

/** `t_relay_to_tcp()` and its sisters. */
const overTransport = (proto: Proto): readonly FunctionDef<Tm>[] => [
  fn([], relayInfo(`Relays over ${proto}.`, `t_relay_to_${proto}();`), (tm) => {
    const to: RelayTo = { uri: null, proto };
    return (ctx) => relay(tm, ctx, to);
  }),
  fn(
    [host, port],
    relayInfo(`Relays over ${proto} to a fixed address.`, `t_relay_to_${proto}("127.0.0.1", "5060");`),
    (tm) => (ctx, h, p) => relay(tm, ctx, fixed(h, p, proto)),
  ),
];

/** Forwards on a transaction that exists. */
function forwardNonAck(tm: Tm, ctx: ScriptContext, to: RelayTo): number {
  const t = tm.layer.current(ctx);
  if (t === null) return -1;
  if (ctx.msg.method === 'ACK') {
    tm.host.log.warn('tm', "you don't really want to fwd hop-by-hop ACK");
    return -1;
  }
  return tm.layer.forwarding.forward(ctx, t, to);
}

const forwardOver = (name: string, proto: Proto | null): FunctionDef<Tm> =>
  fn(
    [host, port],
    requestInfo('Forwards on the transaction that exists.', `t_newtran(); ${name}("127.0.0.1", "5060");`),
    (tm) => (ctx, h, p) => forwardNonAck(tm, ctx, fixed(h, p, proto)),
  );

const replicate = (tm: Tm, ctx: ScriptContext, to: RelayTo): number | Promise<number> =>
  tm.layer.relay.relay(ctx, { ...to, replicate: true });

const replicateOver = (name: string, proto: Proto | null): FunctionDef<Tm> =>
  fn(
    [host, port],
    requestInfo('Sends a copy whose replies end here.', `${name}("127.0.0.1", "5060");`),
    (tm) => (ctx, h, p) => replicate(tm, ctx, fixed(h, p, proto ?? ctx.msg.received.proto)),
  );

/** A literal, an AVP by its bare name (`"$x"`), or a text with variables. */
const avpText = (name: string, doc: string) =>
  parsed(
    name,
    (written, env): ((ctx: ScriptContext) => string) => {
      const avp = /^\$(?:[si]:)?(\w+)$/.exec(written)?.[1];
      return avp === undefined ? env.format(written) : (ctx) => String(ctx.attrs.get(avp) ?? '');
    },
    doc,
  );

/** A transport and an address. */
const avpPair = [
  avpText('proto', 'transport, or `$name` of an AVP'),
  avpText('hostport', 'host:port, or `$name` of an AVP'),
] as const;

function dynamic(proto: string, hostport: string): RelayTo | null {
  if (hostport === '') return null;
  const uri = `sip:${hostport}`;
  return parseUri(uri) === null ? null : { uri, proto: protoFromText(proto) };
}

export const RELAY_FUNCTIONS: Readonly<Record<string, FunctionDef<Tm> | readonly FunctionDef<Tm>[]>> = {
  t_relay: [
    fn(
      [],
      relayInfo(
        'Forwards the request statefully to its destination set, making the transaction if there is none.',
        't_relay();',
      ),
      (tm) => (ctx) => relay(tm, ctx, ANYWHERE),
    ),
    fn(
      [host, port],
      relayInfo(
        'Forwards to a fixed address over the transport that the request came on.',
        't_relay("127.0.0.1", "5060");',
      ),
      (tm) => (ctx, h, p) => relay(tm, ctx, fixed(h, p, ctx.msg.received.proto)),
    ),
  ],
  t_relay_to_udp: overTransport('udp'),
  t_relay_to_tcp: overTransport('tcp'),
  t_relay_to_tls: overTransport('tls'),
  t_relay_to_sctp: overTransport('sctp'),
  t_relay_to: relayTo,
  t_relay_to_proxy: fn(
    [text('proxy', 'proto:host:port')],
    {
      ...relayInfo('Relays to an address that variables may give.', 't_relay_to_proxy("udp:127.0.0.1:5060");'),
      since: '6.x',
    },
    (tm) => (ctx, proxy) => {
      try {
        return relay(tm, ctx, parseProxy(proxy));
      } catch {
        tm.error(`invalid proxy addr parameter <${proxy}>`);
        return -1;
      }
    },
  ),
  t_relay_to_avp: fn(
    avpPair,
    requestInfo('Relays to an address that AVPs give.', 't_relay_to_avp("udp", "127.0.0.1:5060");'),
    (tm) => (ctx, proto, hostport) => {
      const to = dynamic(proto(ctx), hostport(ctx));
      return to === null ? -1 : relay(tm, ctx, to);
    },
  ),
  t_forward_nonack: forwardOver('t_forward_nonack', null),
  t_forward_nonack_uri: fn(
    [],
    requestInfo('Forwards on the transaction that exists.', 't_newtran(); t_forward_nonack_uri();'),
    (tm) => (ctx) => forwardNonAck(tm, ctx, ANYWHERE),
  ),
  t_forward_nonack_udp: forwardOver('t_forward_nonack_udp', 'udp'),
  t_forward_nonack_tcp: forwardOver('t_forward_nonack_tcp', 'tcp'),
  t_forward_nonack_tls: forwardOver('t_forward_nonack_tls', 'tls'),
  t_forward_nonack_sctp: forwardOver('t_forward_nonack_sctp', 'sctp'),
  t_forward_nonack_to: fn(
    avpPair,
    requestInfo(
      'Forwards on the transaction that exists.',
      't_newtran(); t_forward_nonack_to("udp", "127.0.0.1:5060");',
    ),
    (tm) => (ctx, proto, hostport) => {
      const to = dynamic(proto(ctx), hostport(ctx));
      return to === null ? -1 : forwardNonAck(tm, ctx, to);
    },
  ),
  t_replicate: [
    fn(
      [],
      requestInfo('Sends a copy whose replies end here.', 't_replicate();'),
      (tm) => (ctx) => replicate(tm, ctx, ANYWHERE),
    ),
    fn(
      [text('uri')],
      requestInfo('Sends a copy to a URI.', 't_replicate("sip:127.0.0.1:5060");'),
      (tm) => (ctx, uri) => {
        if (uri === '') return replicate(tm, ctx, ANYWHERE);
        const target = parseUri(uri);
        if (target === null) {
          tm.error('bad replicate SIP address!');
          return -1;
        }
        return replicate(tm, ctx, { uri, proto: target.transportProto });
      },
    ),
    replicateOver('t_replicate', null),
  ],
  t_replicate_udp: replicateOver('t_replicate_udp', 'udp'),
  t_replicate_tcp: replicateOver('t_replicate_tcp', 'tcp'),
  t_replicate_tls: replicateOver('t_replicate_tls', 'tls'),
  t_replicate_sctp: replicateOver('t_replicate_sctp', 'sctp'),
  t_replicate_to: fn(
    avpPair,
    requestInfo('Sends a copy to an address that AVPs give.', 't_replicate_to("udp", "127.0.0.1:5060");'),
    (tm) => (ctx, proto, hostport) => {
      const to = dynamic(proto(ctx), hostport(ctx));
      return to === null ? -1 : replicate(tm, ctx, to);
    },
  ),
  t_relay_cancel: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Deals with a CANCEL whose INVITE is known; others go on.',
      example: 'if (is_method("CANCEL")) t_relay_cancel();',
      returns: { '0': 'dealt with: the script ends', '1': 'no INVITE for it, or not a CANCEL', '-1': 'failed' },
    },
    (tm) => (ctx) => tm.relayCancel(ctx),
  ),
  t_uac_send: fn(
    [text('method'), text('ruri'), text('nexthop'), text('socket'), text('headers'), text('body')],
    {
      routes: ['ANY'],
      doc: 'Sends a request of this server’s own. Headers are whole lines; From and To are needed.',
      example: 't_uac_send("OPTIONS", "sip:127.0.0.1:5060", "", "", "From: <sip:a@b>\\r\\nTo: <sip:c@d>\\r\\n", "");',
      returns: { '1': 'sent', '-1': 'not sent' },
    },
    (tm) => (_ctx, method, ruri, nexthop, socket, headers, body) =>
      tm.uacSend({ method, ruri, nexthop, socket, headers, body }),
  ),
};
