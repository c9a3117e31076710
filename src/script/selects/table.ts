import { formatHostPort } from '../../net/addresses.js';
import { formatQ } from '../../sip/contact.js';
import type { Credentials } from '../../sip/digest.js';
import { Hdr, type HeaderId } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { parseNameAddr } from '../../sip/nameaddr.js';
import { splitList } from '../../sip/params.js';
import type { ScriptContext } from '../context.js';
import { branch, filled, leaf, type SelectEntry, type SelectNode, type SelectRead } from './node.js';
import { addressNode, paramsNode, uriNode, viaNode } from './parts.js';
import type { SelectStep } from './path.js';

const header =
  (id: HeaderId): SelectEntry =>
  () =>
    leaf((ctx) => ctx.msg.bodyOf(id));
const address =
  (id: HeaderId): SelectEntry =>
  () =>
    addressNode(
      (ctx) => ctx.msg.addressOf(id),
      (ctx) => ctx.msg.bodyOf(id),
    );
const text = (read: SelectRead) => (): SelectNode => leaf(read);

/** The n-th element, negative from the end. */
function at<T>(list: readonly T[] | null, step: SelectStep): T | null {
  const index = typeof step.index === 'number' ? step.index : 0;
  return list?.[index < 0 ? list.length + index : index] ?? null;
}

const contact: SelectEntry = () =>
  addressNode(
    (ctx) => ctx.msg.contacts?.list[0]?.addr ?? null,
    (ctx) => ctx.msg.bodyOf(Hdr.CONTACT),
  );

/** Via positions count from 1 in selects; without one it is the topmost. */
const via: SelectEntry = (step) => {
  const n = typeof step.index === 'number' ? step.index : 1;
  return viaNode((ctx) => (n > 0 ? ctx.msg.via(n - 1) : (ctx.msg.vias.at(n) ?? null)));
};

const cseq: SelectEntry = () =>
  branch((ctx) => ctx.msg.bodyOf(Hdr.CSEQ), {
    num: text((ctx) => ctx.msg.cseq?.numberText ?? null),
    method: text((ctx) => ctx.msg.cseq?.method ?? null),
  });

const recordRoute: SelectEntry = () =>
  addressNode(
    (ctx) => ctx.msg.recordRoutes?.[0] ?? null,
    (ctx) => ctx.msg.bodyOf(Hdr.RECORD_ROUTE),
  );

/** A header of any name: its body, its parts as an address, its parameters. */
function anyHeader(read: SelectRead): SelectNode {
  const parsed = (ctx: ScriptContext) => {
    const body = read(ctx);
    return typeof body === 'string' ? parseNameAddr(body) : null;
  };
  const params: SelectRead = (ctx) => {
    const body = read(ctx);
    const semi = body?.indexOf(';') ?? -1;
    return typeof body !== 'string' || semi < 0 ? null : body.slice(semi + 1);
  };
  return branch(read, {
    nameaddr: () => addressNode(parsed, read),
    params: () => paramsNode(params),
  });
}

const headerName = (name: string): string => name.replaceAll('_', '-');

const messageHeader: SelectEntry = () => ({
  step: (step) => {
    const name = headerName(step.name);
    return anyHeader((ctx) => at(bodies(ctx.msg, name), step));
  },
});

function bodies(msg: SipMessage, name: string): string[] {
  const list: string[] = [];
  for (let i = msg.firstHeaderNamed(name); i >= 0; i = msg.nextHeaderNamed(i, name)) list.push(msg.headerBody(i));
  return list;
}

/**
 * Module textopsx's `hf_value["Name"][i]` and `hf_value.name[i]`: one value of a comma-separated header, positions from
 * 1, negative from the end.
 */
const headerValue: SelectEntry = (step) => {
  const valueAt = (name: string, index: number): SelectNode => {
    const read: SelectRead = (ctx) => {
      const values = bodies(ctx.msg, name).flatMap((body) => splitList(body));
      return values[index < 0 ? values.length + index : Math.max(0, index - 1)] ?? null;
    };
    const parsed = (ctx: ScriptContext) => {
      const value = read(ctx);
      return typeof value === 'string' ? parseNameAddr(value) : null;
    };
    const address = addressNode(parsed, read);
    const any = anyHeader(read);
    return {
      read,
      step: (next) =>
        next.name === 'params' || next.name === 'p' ? any.step!({ ...next, name: 'params' }) : address.step!(next),
    };
  };
  if (typeof step.index === 'string') return valueAt(step.index, 1);
  return { step: (next) => valueAt(headerName(next.name), typeof next.index === 'number' ? next.index : 1) };
};

const headerValueExists: SelectEntry = (step) => ({
  step: (next) => {
    const name = typeof step.index === 'string' ? step.index : headerName(next.name);
    return leaf((ctx) => (bodies(ctx.msg, name).some((body) => splitList(body).includes(next.name)) ? '1' : '0'));
  },
});

const request = (): SelectNode =>
  branch((ctx) => (ctx.msg.isRequest ? firstLine(ctx) : null), {
    method: text((ctx) => (ctx.msg.isRequest ? ctx.msg.method : null)),
    uri: () => uriNode((ctx) => (ctx.msg.isRequest ? ctx.msg.requestUri : null)),
    version: text((ctx) => (ctx.msg.isRequest ? ctx.msg.version : null)),
  });

const response = (): SelectNode =>
  branch((ctx) => (ctx.msg.isRequest ? null : firstLine(ctx)), {
    version: text((ctx) => (ctx.msg.isRequest ? null : ctx.msg.version)),
    status: text((ctx) => (ctx.msg.isRequest ? null : `${ctx.msg.status} ${ctx.msg.reason}`)),
    code: text(status),
    reason: text((ctx) => (ctx.msg.isRequest ? null : ctx.msg.reason)),
  });

function firstLine(ctx: ScriptContext): string {
  return ctx.msg.raw.slice(0, ctx.msg.firstLineEnd).trimEnd();
}

function status(ctx: ScriptContext): string | null {
  return ctx.msg.isRequest ? null : `${ctx.msg.status}`;
}

const bodyLine = (step: SelectStep): SelectNode => {
  const wanted = typeof step.index === 'string' ? step.index : '';
  return leaf((ctx) => {
    const line = ctx.msg.body.split(/\r?\n/).find((l) => l.startsWith(`${wanted}=`));
    return line === undefined ? null : line.slice(wanted.length + 1);
  });
};

const message: SelectEntry = (step, host) =>
  branch((ctx) => ctx.msg.raw, {
    first_line: text(firstLine),
    flags: text((ctx) => `${ctx.msg.flags >>> 0}`),
    len: text((ctx) => `${ctx.msg.raw.length}`),
    id: () =>
      branch((ctx) => `${ctx.msg.id}`, { hex: text((ctx) => ctx.msg.id.toString(16).toUpperCase().padStart(8, '0')) }),
    type: text((ctx) => (ctx.msg.isRequest ? 'request' : 'response')),
    header: () => messageHeader(step, host),
    h: () => messageHeader(step, host),
    body: () => messageBody,
    content: () => messageBody,
    request,
    req: request,
    response,
    res: response,
  });

const messageBody = branch((ctx) => filled(ctx.msg.body), {
  sdp: () => branch((ctx) => filled(ctx.msg.body), { line: bodyLine }),
});

const method: SelectEntry = () => leaf((ctx) => (ctx.msg.isRequest ? ctx.msg.method : (ctx.msg.cseq?.method ?? null)));

/** Digest credentials, of the realm in brackets when one is given. */
function credentials(id: HeaderId): SelectEntry {
  return (step) => {
    const find = (ctx: ScriptContext): Credentials | null => {
      const list = ctx.msg.credentials(id);
      return (typeof step.index === 'string' ? list.find((c) => c.realm === step.index) : list[0]) ?? null;
    };
    const field = (get: (c: Credentials) => string) =>
      text((ctx) => {
        const found = find(ctx);
        return found === null ? null : filled(get(found));
      });
    return branch((ctx) => ctx.msg.bodyOf(id), {
      username: () =>
        branch((ctx) => filled(find(ctx)?.username), { user: field((c) => c.user), domain: field((c) => c.domain) }),
      realm: field((c) => c.realm),
      nonce: field((c) => c.nonce),
      uri: field((c) => c.uri),
      cnonce: field((c) => c.cnonce),
      nc: field((c) => c.nc),
      response: field((c) => c.response),
      opaque: field((c) => c.opaque),
      algorithm: field((c) => c.algorithm),
      qop: field((c) => c.qop),
    });
  };
}

/** An address and port of the packet's way: `ip`, `port`, `ip_port`. */
function endpoint(ip: (msg: SipMessage) => string, port: (msg: SipMessage) => number): SelectEntry {
  return () =>
    branch(undefined, {
      ip: text((ctx) => ip(ctx.msg)),
      port: text((ctx) => `${port(ctx.msg)}`),
      ip_port: text((ctx) => formatHostPort(ip(ctx.msg), port(ctx.msg))),
      proto: text((ctx) => ctx.msg.received.proto),
      proto_ip_port: text((ctx) => `${ctx.msg.received.proto}:${formatHostPort(ip(ctx.msg), port(ctx.msg))}`),
    });
}

const nextHop: SelectEntry = () => uriNode((ctx) => (ctx.msg.isRequest ? ctx.msg.dstUri || ctx.msg.currentUri : null));

const system: SelectEntry = (_step, host) =>
  branch(undefined, {
    pid: text(() => `${process.pid}`),
    unique: text(() => `${process.pid}-${host.threadIndex}-${host.clock.unix()}`),
    server_id: text(() => `${host.settings.server_id}`),
    now: () => {
      const stamp = text(() => `${host.clock.unix()}`);
      const date = (utc: boolean) =>
        text(() => new Date(host.clock.now()).toLocaleString('en-US', utc ? { timeZone: 'UTC' } : {}));
      return {
        read: stamp().read,
        step: (s) => (s.name === 'local' ? date(false)() : s.name === 'gmt' || s.name === 'utc' ? date(true)() : null),
      };
    },
  });

/** A branch of the destination set, by its position from 0. */
const branchEntry: SelectEntry = (step) => {
  const of = (ctx: ScriptContext) => at(ctx.msg.otherBranches, step);
  return branch(undefined, {
    count: text((ctx) => `${ctx.msg.otherBranches.length}`),
    uri: () => uriNode((ctx) => of(ctx)?.uri ?? null),
    dst_uri: () => uriNode((ctx) => filled(of(ctx)?.dstUri)),
    q: text((ctx) => filled(formatQ(of(ctx)?.q ?? -1))),
    uriq: text((ctx) => {
      const b = of(ctx);
      return b === null ? null : b.q < 0 ? b.uri : `<${b.uri}>;q=${formatQ(b.q)}`;
    }),
  });
};

/** `cfg_get.group.name`: a configuration variable, which must exist when the config is read. */
const configValue: SelectEntry = (_step, host) => ({
  step: (group) => ({
    step: (name) => {
      const { cfg } = host;
      const instance = typeof group.index === 'number' ? group.index : undefined;
      if (cfg.get(group.name, name.name, instance) === undefined) return null;
      return leaf(() => {
        const value = cfg.get(group.name, name.name, instance);
        return value === null || value === undefined ? null : `${value}`;
      });
    },
  }),
});

/** The first steps of selects. */
export const SELECTS: Readonly<Record<string, SelectEntry>> = {
  ruri: () => uriNode((ctx) => (ctx.msg.isRequest ? ctx.msg.currentUri : null)),
  request_uri: () => uriNode((ctx) => (ctx.msg.isRequest ? ctx.msg.currentUri : null)),
  dst_uri: () => uriNode((ctx) => filled(ctx.msg.dstUri)),
  next_hop: nextHop,
  from: address(Hdr.FROM),
  f: address(Hdr.FROM),
  to: address(Hdr.TO),
  t: address(Hdr.TO),
  refer_to: address(Hdr.REFER_TO),
  remote_party_id: address(Hdr.RPID),
  rpid: address(Hdr.RPID),
  contact,
  m: contact,
  via,
  v: via,
  event: header(Hdr.EVENT),
  record_route: recordRoute,
  rr: recordRoute,
  cseq,
  msg: message,
  message,
  method,
  version: () => leaf((ctx) => ctx.msg.version),
  status: () => leaf((ctx) => (ctx.msg.isRequest ? null : `${ctx.msg.status} ${ctx.msg.reason}`)),
  code: () => leaf(status),
  reason: () => leaf((ctx) => (ctx.msg.isRequest ? null : ctx.msg.reason)),
  proxy_authorization: credentials(Hdr.PROXY_AUTHORIZATION),
  authorization: credentials(Hdr.AUTHORIZATION),
  src: endpoint(
    (m) => m.received.srcIp,
    (m) => m.received.srcPort,
  ),
  dst: endpoint(
    (m) => m.received.dstIp,
    (m) => m.received.dstPort,
  ),
  received: endpoint(
    (m) => m.received.socket.address,
    (m) => m.received.socket.port,
  ),
  call_id: header(Hdr.CALL_ID),
  expires: header(Hdr.EXPIRES),
  max_forwards: header(Hdr.MAX_FORWARDS),
  content_type: header(Hdr.CONTENT_TYPE),
  content_length: header(Hdr.CONTENT_LENGTH),
  subject: header(Hdr.SUBJECT),
  organization: header(Hdr.ORGANIZATION),
  priority: header(Hdr.PRIORITY),
  session_expires: header(Hdr.SESSION_EXPIRES),
  min_se: header(Hdr.MIN_SE),
  user_agent: header(Hdr.USER_AGENT),
  sip_if_match: header(Hdr.SIP_IF_MATCH),
  date: header(Hdr.DATE),
  identity: header(Hdr.IDENTITY),
  identity_info: header(Hdr.IDENTITY_INFO),
  sys: system,
  branch: branchEntry,
  cfg_get: configValue,
  cfg_selected: configValue,
  hf_value: headerValue,
  hf_value_exists: headerValueExists,
};
