import { type AddressRange, inRange, normaliseIp, parseIp, parseRange } from '../net/addresses.js';
import type { Regex } from '../registry/arguments.js';
import type { ScriptContext } from '../script/context.js';
import { toText, type Value } from '../script/value.js';
import { parseUri, type Uri } from '../sip/uri.js';

/** A comparison of the SER days, ready to run; `right` is the right operand's value when it is an expression. */
export type ComparisonTest = (ctx: ScriptContext, right?: Value) => boolean;

/** A comparison as the config writes it. */
export interface Comparison {
  readonly subject: string;
  readonly op: string;
  readonly right:
    | { readonly kind: 'myself' }
    /** A protocol, address, network, host name or method word. */
    | { readonly kind: 'word'; readonly value: string }
    /** An expression; its text when it is constant. */
    | { readonly kind: 'expr'; readonly constant: string | null };
}

/** What comparisons need of the server. */
export interface ComparisonParts {
  readonly isMyself: (host: string, port: number, proto: string | null) => boolean;
  readonly regex: (pattern: string) => Regex | { readonly error: string };
}

type Subject<T> = (ctx: ScriptContext) => T | null;

const uriOf = (text: string | null | undefined): Uri | null => (text ? parseUri(text) : null);

/** Subjects that are compared as text, ignoring case. */
const TEXTS: Readonly<Record<string, Subject<string>>> = {
  method: (x) => (x.msg.isRequest ? x.msg.method : (x.msg.cseq?.method ?? null)),
  uri: (x) => (x.msg.isRequest ? x.msg.currentUri : null),
  status: (x) => (x.msg.isRequest ? null : `${x.msg.status}`),
  from_uri: (x) => x.msg.from?.uri ?? null,
  to_uri: (x) => x.msg.to?.uri ?? null,
};

/** The parsed form of the subjects that are URIs, for `== myself`. */
const URIS: Readonly<Record<string, Subject<Uri>>> = {
  uri: (x) => (x.msg.isRequest ? x.msg.parsedUri : null),
  from_uri: (x) => uriOf(x.msg.from?.uri),
  to_uri: (x) => uriOf(x.msg.to?.uri),
};

const AF = { 4: 2, 6: 10 } as const;
const family = (ip: string): number => (ip.includes(':') ? AF[6] : AF[4]);

const NUMBERS: Readonly<Record<string, Subject<number>>> = {
  src_port: (x) => x.msg.received.srcPort,
  dst_port: (x) => x.msg.received.dstPort,
  af: (x) => AF[x.msg.received.family],
  'msg:len': (x) => x.msg.raw.length,
  snd_port: (x) => x.sent?.srcPort ?? null,
  to_port: (x) => x.sent?.dstPort ?? null,
  snd_af: (x) => (x.sent ? family(x.sent.srcIp) : null),
  to_af: (x) => (x.sent ? family(x.sent.dstIp) : null),
};

const PROTOS: Readonly<Record<string, Subject<string>>> = {
  proto: (x) => x.msg.received.proto,
  snd_proto: (x) => x.sent?.proto ?? null,
  to_proto: (x) => x.sent?.proto ?? null,
};

const ADDRESSES: Readonly<Record<string, Subject<string>>> = {
  src_ip: (x) => x.msg.received.srcIp,
  dst_ip: (x) => x.msg.received.dstIp,
  snd_ip: (x) => x.sent?.srcIp ?? null,
  to_ip: (x) => x.sent?.dstIp ?? null,
};

/** Makes the test of one comparison, or says why it cannot be made. */
export function makeComparison(node: Comparison, parts: ComparisonParts): ComparisonTest | { readonly error: string } {
  const { subject, op } = node;
  if (subject === 'myself' && node.right.kind === 'word') return myself(node.right.value, op, parts);
  if (node.right.kind === 'myself') return myself(subject, op, parts);
  const constant = node.right.kind === 'word' ? node.right.value : node.right.constant;
  const text = TEXTS[subject];
  if (text) return textTest(text, op, constant, parts);
  const number = NUMBERS[subject];
  if (number) return numberTest(number, op, constant);
  const proto = PROTOS[subject];
  if (proto) return textTest(proto, op, constant === '*' ? null : constant, parts);
  const address = ADDRESSES[subject];
  if (address) return addressTest(address, op, constant, parts);
  return { error: `${subject} cannot be compared` };
}

function myself(subject: string, op: string, parts: ComparisonParts): ComparisonTest | { readonly error: string } {
  const wanted = op === '==' || op === 'eq';
  const uri = URIS[subject];
  if (uri) {
    return (x) => {
      const u = uri(x);
      if (u === null) return !wanted;
      const proto = u.transportProto;
      return (
        parts.isMyself(u.host, u.port === 0 ? (u.secure || proto === 'tls' ? 5061 : 5060) : u.port, proto) === wanted
      );
    };
  }
  const address = ADDRESSES[subject];
  if (address) {
    return (x) => {
      const ip = address(x);
      return (ip !== null && parts.isMyself(ip, 0, null)) === wanted;
    };
  }
  return { error: `${subject} cannot be compared with myself` };
}

function textTest(
  read: Subject<string>,
  op: string,
  constant: string | null,
  parts: ComparisonParts,
): ComparisonTest | { readonly error: string } {
  if (op === '=~') {
    if (constant !== null) {
      const regex = parts.regex(constant);
      if ('error' in regex) return { error: `Bad regular expression "${constant}": ${regex.error}` };
      return (x) => {
        const v = read(x);
        return v !== null && regex.test(v);
      };
    }
    return (x, right) => {
      const v = read(x);
      const regex = parts.regex(toText(right));
      return v !== null && !('error' in regex) && regex.test(v);
    };
  }
  const wanted = op === '==' || op === 'eq';
  if (constant !== null) {
    const lower = constant.toLowerCase();
    return (x) => {
      const v = read(x);
      return (v !== null && v.length === lower.length && v.toLowerCase() === lower) === wanted;
    };
  }
  return (x, right) => {
    const v = read(x);
    return (v !== null && v.toLowerCase() === toText(right).toLowerCase()) === wanted;
  };
}

function numberTest(read: Subject<number>, op: string, constant: string | null): ComparisonTest {
  const fixed = constant === null ? null : Number(constant);
  const compare = NUMBER_TESTS[op] ?? NUMBER_TESTS['==']!;
  return (x, right) => {
    const v = read(x);
    return v !== null && compare(v, fixed ?? (Number(toText(right)) || 0));
  };
}

const NUMBER_TESTS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ieq: (a, b) => a === b,
  ine: (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function addressTest(
  read: Subject<string>,
  op: string,
  constant: string | null,
  parts: ComparisonParts,
): ComparisonTest | { readonly error: string } {
  if (op === '=~') return textTest(read, op, constant, parts);
  const wanted = op === '==' || op === 'eq';
  if (constant !== null) {
    const bare = constant.replace(/[[\]]/g, '');
    if (constant.includes('/')) {
      const range = parseRange(bare);
      if (range === null) return { error: `${constant} is not a network` };
      return (x) => within(read(x), range) === wanted;
    }
    const ip = normaliseIp(bare);
    // A host name never equals an address text: names are not looked up per message.
    const exact = ip ?? bare;
    return (x) => (read(x) === exact) === wanted;
  }
  return (x, right) => {
    const text = toText(right);
    return (read(x) === (normaliseIp(text) ?? text)) === wanted;
  };
}

function within(ip: string | null, range: AddressRange): boolean {
  const bytes = ip === null ? null : parseIp(ip);
  return bytes !== null && inRange(bytes, range);
}
