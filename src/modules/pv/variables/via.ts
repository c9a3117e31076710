import { ipFamily } from '../../../net/addresses.js';
import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';
import { parseUri, protoFromText } from '../../../sip/uri.js';
import type { Via } from '../../../sip/via.js';
import { keyedPv, orNull, type PvTable, type Read, textWithNumber } from '../define.js';
import { protoId } from '../proto-ids.js';
import { part } from './uri-parts.js';

function number(text: string | null): number {
  const n = Number.parseInt(text ?? '', 10);
  return Number.isNaN(n) ? 0 : n;
}

/** Overload control parameters (RFC 7339 §4) count as there only together with `oc`. */
function overload(get: (via: Via) => Value): (via: Via) => Value {
  return (via) => (via.param('oc') === null ? null : get(via));
}

const unquoted = (text: string | null): string => (text ?? '').replace(/^"|"$/g, '');

const algorithm = overload((via) => orNull(unquoted(via.param('oc-algo'))));
const validity = overload((via) => number(via.param('oc-validity')));
const sequence = overload((via) => number(via.param('oc-seq')));
const overloadValue = overload((via) => orNull(via.param('oc')));

const ATTRIBUTES: Readonly<Record<string, (via: Via) => Value>> = {
  host: (via) => via.host,
  port: (via) => via.port || 5060,
  proto: (via) => via.transport,
  protoid: (via) => protoId(protoFromText(via.transport)),
  branch: (via) => orNull(via.branch),
  rport: (via) => orNull(via.rport),
  received: (via) => orNull(via.received),
  i: (via) => orNull(via.param('i')),
  params: (via) => orNull(via.params),
  oc: overload((via) => number(via.param('oc'))),
  ocval: overloadValue,
  'oc-val': overloadValue,
  ocalgo: algorithm,
  'oc-algo': algorithm,
  ocvalidity: validity,
  'oc-validity': validity,
  ocseq: sequence,
  'oc-seq': sequence,
};

function viaPv(doc: string, pick: (ctx: ScriptContext) => Via | null) {
  const keys = Object.entries(ATTRIBUTES).map(([key, get]) => [
    key,
    (): Read => (ctx) => {
      const via = pick(ctx);
      return via === null ? null : get(via);
    },
  ]);
  return keyedPv(doc, 'via', Object.fromEntries(keys));
}

/** Where a reply goes after this hop: received and rport of the second Via before its sent-by. */
interface ReplyTarget {
  readonly host: string;
  readonly port: number;
  readonly proto: string;
}

function replyTarget(ctx: ScriptContext): ReplyTarget | null {
  const via = ctx.msg.isRequest ? null : ctx.msg.via(1);
  if (via === null) return null;
  return {
    host: orNull(via.received) ?? via.host,
    port: number(via.rport) || via.port || 5060,
    proto: protoFromText(via.transport) ?? 'udp',
  };
}

function reply(get: (target: ReplyTarget) => Value): Read {
  return (ctx) => {
    const target = replyTarget(ctx);
    return target === null ? null : get(target);
  };
}

const replyUri = (t: ReplyTarget): string => `sip:${t.host}:${t.port};transport=${t.proto}`;
const protoText = (t: ReplyTarget): Value => textWithNumber(t.proto, protoId(protoFromText(t.proto)));

/** One part of the next hop: of a request its destination, else its Request-URI; of a reply its second Via. */
function nextHop(ofUri: (text: string) => Value, ofReply: (target: ReplyTarget) => Value): () => Read {
  const read = reply(ofReply);
  return () => (ctx) => (ctx.msg.isRequest ? ofUri(ctx.msg.dstUri || ctx.msg.currentUri) : read(ctx));
}

function parsed(get: (uri: NonNullable<ReturnType<typeof parseUri>>) => Value): (text: string) => Value {
  return (text) => {
    const uri = parseUri(text);
    return uri === null ? null : get(uri);
  };
}

/** `$via0(…)` and what replies take from Via. */
export const viaPvs: PvTable = {
  via0: viaPv('Attribute of the topmost Via.', (ctx) => ctx.msg.via1),
  via1: viaPv('Attribute of the second Via.', (ctx) => ctx.msg.via(1)),
  viaZ: viaPv('Attribute of the last Via.', (ctx) => ctx.msg.vias.at(-1) ?? null),
  rpl: keyedPv('Where a reply goes, and how many Via and Record-Route values it has.', 'rpl', {
    duri: () => reply(replyUri),
    dhost: () => reply((t) => t.host),
    dport: () => reply((t) => t.port),
    dproto: () => reply(protoText),
    dprotoid: () => reply((t) => protoId(protoFromText(t.proto))),
    cntvia: () => (ctx) => (ctx.msg.isRequest ? null : ctx.msg.vias.length),
    cntrr: () => (ctx) => (ctx.msg.isRequest ? null : (ctx.msg.recordRoutes?.length ?? null)),
  }),
  nh: keyedPv('Next hop: of a request its destination or Request-URI, of a reply its second Via.', 'nh', {
    u: nextHop((text) => text, replyUri),
    U: nextHop(parsed(part.user), () => null),
    d: nextHop(parsed(part.host), (t) => t.host),
    p: nextHop(
      parsed((uri) => (uri.portText === '' ? textWithNumber('5060', 5060) : textWithNumber(uri.portText, uri.port))),
      (t) => t.port,
    ),
    P: nextHop(parsed(part.transport), protoText),
    i: nextHop(
      parsed((uri) => ipFamily(uri.host)),
      (t) => ipFamily(t.host),
    ),
  }),
};
