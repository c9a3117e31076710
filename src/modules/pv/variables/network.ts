import { formatHostPort, ipFamily } from '../../../net/addresses.js';
import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';
import type { ListenSocket, Proto } from '../../../sip/receive-info.js';
import { protoFromText } from '../../../sip/uri.js';
import {
  entryOf,
  givenText,
  keyedPv,
  orNull,
  type PvTable,
  pv,
  type Read,
  readPv,
  textWithNumber,
  writablePv,
} from '../define.js';
import { FAMILY_IDS, PROTO_IDS, protoId } from '../proto-ids.js';
import type { PvState } from '../state.js';

const PROTO_DUALS = Object.fromEntries(Object.entries(PROTO_IDS).map(([name, id]) => [name, textWithNumber(name, id)]));

/** `sip:1.2.3.4:5060`, with `;transport=` unless it is UDP and `full` is false. */
function uriOf(address: string, port: number, proto: Proto, full: boolean): string {
  return `sip:${formatHostPort(address, port)}${full || proto !== 'udp' ? `;transport=${proto}` : ''}`;
}

function socketUri(socket: ListenSocket, advertised: boolean, full: boolean): string {
  const address = advertised ? (socket.advertisedAddress ?? socket.address) : socket.address;
  const port = advertised ? (socket.advertisedPort ?? socket.port) : socket.port;
  return uriOf(address, port, socket.proto, full);
}

/** Finds a socket written as `proto:host:port`, `host:port` or `host`; undefined when that is not what the text is. */
export function findSocket(state: PvState, text: string): ListenSocket | null | undefined {
  const m = /^(?:([a-z]+):)?(\[[0-9a-fA-F:.]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(text);
  if (m === null) return undefined;
  const proto = m[1] === undefined ? null : protoFromText(m[1]);
  if (m[1] !== undefined && proto === null) return undefined;
  const host = m[2]!.replace(/^\[|\]$/g, '');
  return state.host.network.findSocket(proto, host, Number(m[3] ?? 0));
}

/** Assigns the socket to send from by what `find` makes of the text; $null resets it. */
function forceSocket(what: string, find: (state: PvState, text: string) => ListenSocket | null | undefined) {
  return (state: PvState) =>
    (ctx: ScriptContext, value: Value): boolean => {
      if (value === null || value === undefined) {
        ctx.msg.forceSocket = null;
        return true;
      }
      const text = givenText(value);
      if (text === null || text === '') return state.error('str value required to set the force send sock');
      const socket = find(state, text);
      if (socket === undefined) return state.error('invalid socket specification');
      if (socket === null) state.warn(`no socket found to match ${what}[${text}]`);
      else ctx.msg.forceSocket = socket;
      return true;
    };
}

const bySpec = forceSocket('', findSocket);
const byName = forceSocket('name ', (state, text) => state.host.network.findSocketByName(text));

const srcIp = readPv('Source address of the message.', () => (ctx) => ctx.msg.received.srcIp);
const proto = readPv(
  'Transport the message came over, lower case.',
  () => (ctx) => PROTO_DUALS[ctx.msg.received.proto]!,
);

const socket = (doc: string, get: (socket: ListenSocket) => Value) =>
  readPv(doc, () => (ctx) => get(ctx.msg.received.socket));

/** Where the message came from, and on which socket. */
export const networkPvs: PvTable = {
  si: srcIp,
  src_ip: srcIp,
  siz: readPv('Source address, IPv6 in brackets.', () => (ctx) => {
    const ip = ctx.msg.received.srcIp;
    return ip.includes(':') ? `[${ip}]` : ip;
  }),
  sp: readPv('Source port.', () => (ctx) => ctx.msg.received.srcPort),
  sas: readPv('Source address as proto:ip:port.', () => (ctx) => {
    const r = ctx.msg.received;
    return `${r.proto}:${formatHostPort(r.srcIp, r.srcPort)}`;
  }),
  su: readPv('URI of the source address; the transport is left out for UDP.', () => (ctx) => {
    const r = ctx.msg.received;
    return uriOf(r.srcIp, r.srcPort, r.proto, false);
  }),
  sut: readPv('URI of the source address, always with the transport.', () => (ctx) => {
    const r = ctx.msg.received;
    return uriOf(r.srcIp, r.srcPort, r.proto, true);
  }),
  pr: proto,
  proto,
  prid: readPv(
    "Transport the message came over, by upstream's number.",
    () => (ctx) => PROTO_IDS[ctx.msg.received.proto],
  ),
  conid: readPv(
    'Number of the stream connection; null for datagrams.',
    () => (ctx) => ctx.msg.received.connectionId || null,
  ),
  af: keyedPv('Address family of the receiving socket.', 'af', {
    id: () => (ctx) => FAMILY_IDS[ctx.msg.received.family],
    name: () => (ctx) => (ctx.msg.received.family === 6 ? 'IPv6' : 'IPv4'),
  }),
  Ri: socket('Address of the receiving socket.', (s) => s.address),
  Rp: socket('Port of the receiving socket.', (s) => s.port),
  Rn: socket('Name of the receiving socket.', (s) => orNull(s.name)),
  Ras: socket('The receiving socket as proto:ip:port.', (s) => s.text),
  Ru: socket('URI of the receiving socket; the transport is left out for UDP.', (s) => socketUri(s, false, false)),
  Rut: socket('URI of the receiving socket, always with the transport.', (s) => socketUri(s, false, true)),
  RAi: socket('Advertised address of the receiving socket.', (s) => s.advertisedAddress ?? s.address),
  RAp: socket('Advertised port of the receiving socket.', (s) => s.advertisedPort ?? s.port),
  RAu: socket('Advertised URI of the receiving socket.', (s) => socketUri(s, true, false)),
  RAut: socket('Advertised URI of the receiving socket, always with the transport.', (s) => socketUri(s, true, true)),
  fs: writablePv('Socket to send from, as proto:ip:port.', (state) => ({
    read: (ctx) => ctx.msg.forceSocket?.text ?? null,
    write: bySpec(state),
  })),
  fsn: writablePv('Socket to send from, by its name.', (state) => ({
    read: (ctx) => orNull(ctx.msg.forceSocket?.name),
    write: byName(state),
  })),
  fsp: readPv('Port of the socket to send from; 0 when none is forced.', () => (ctx) => ctx.msg.forceSocket?.port ?? 0),
};

type OutgoingKey = 'ip' | 'af' | 'port' | 'proto' | 'buf' | 'len' | 'sproto';

/** The packet about to leave (onsend_route): its far or its own end. */
function outgoing(doc: string, far: boolean) {
  const get = (read: (sent: NonNullable<ScriptContext['sent']>) => Value) => (): Read => (ctx) =>
    ctx.sent === null ? null : read(ctx.sent);
  const keys: Record<OutgoingKey, (state: PvState) => Read> = {
    ip: get((s) => (far ? s.dstIp : s.srcIp)),
    af: get((s) => FAMILY_IDS[ipFamily(s.srcIp) === 6 ? 6 : 4]),
    port: get((s) => (far ? s.dstPort : s.srcPort)),
    proto: get((s) => protoId(protoFromText(s.proto))),
    buf: get((s) => s.text),
    len: get((s) => s.text.length),
    sproto: get((s) => s.proto),
  };
  return keyedPv(doc, 'snd', keys);
}

/** Any byte outside of printable ASCII and blanks makes a packet unsafe to log. */
function isSafe(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 9 && c !== 10 && c !== 13 && (c < 32 || c > 127)) return false;
  }
  return true;
}

const RECEIVED: Readonly<Record<string, (state: PvState) => Read>> = {
  af: () => (ctx) => FAMILY_IDS[ctx.msg.received.family],
  buf: () => (ctx) => ctx.msg.raw,
  bufat: () => (ctx) => ctx.msg.raw,
  hexat: () => () => null,
  len: () => (ctx) => ctx.msg.raw.length,
  safe: () => (ctx) => (isSafe(ctx.msg.raw) ? 1 : 0),
  evtype: () => () => 0,
  proto: () => (ctx) => PROTO_IDS[ctx.msg.received.proto],
  sproto: () => (ctx) => ctx.msg.received.proto,
  srcip: () => (ctx) => ctx.msg.received.srcIp,
  srcport: () => (ctx) => ctx.msg.received.srcPort,
  rcvip: () => (ctx) => ctx.msg.received.dstIp,
  rcvport: () => (ctx) => ctx.msg.received.dstPort,
};

/** Changes the received packet: `buf` whole, `bufat` and `hexat` by `position:data`. */
function writeReceived(state: PvState, key: string): (ctx: ScriptContext, value: Value) => boolean {
  return (ctx, value) => {
    const text = givenText(value);
    const { raw } = ctx.msg;
    if (key !== 'buf' && key !== 'bufat' && key !== 'hexat') return true;
    if (text === null) return state.error('str value required to set received data');
    if (key === 'buf') return ctx.msg.reload(text);
    const m = /^(\d+):([\s\S]+)$/.exec(text);
    const position = Number(m?.[1]);
    if (m === null || position >= raw.length) return state.error('invalid value to set buf-at data');
    const hex = key === 'hexat';
    if (hex && !/^([0-9a-fA-F]{2})+$/.test(m[2]!)) return state.error('invalid value to set buf-at data');
    const data = hex ? Buffer.from(m[2]!, 'hex').toString('latin1') : m[2]!;
    return ctx.msg.reload(raw.slice(0, position) + data + raw.slice(position + data.length));
  };
}

const received = pv({
  doc: `The packet as received, in event routes about it. Keys: ${Object.keys(RECEIVED).join(', ')}.`,
  inner: 'required',
  index: false,
  writable: true,
  bind: (state, inner) => {
    const read = entryOf(RECEIVED, inner, 'rcv')(state);
    return {
      // Only a packet that was not parsed is one that an event route is about.
      read: (ctx) => (ctx.msg.version === '' ? read(ctx) : null),
      write: writeReceived(state, inner!.text),
    };
  },
});

/** Packets on their way out and in. */
export const packetPvs: PvTable = {
  snd: outgoing('Where the packet goes, in onsend_route.', true),
  sndto: outgoing('Where the packet goes, in onsend_route.', true),
  sndfrom: outgoing('Where the packet leaves from, in onsend_route.', false),
  rcv: received,
  recv: received,
};
