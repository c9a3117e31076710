import { Level } from '../observe/log.js';
import { ArgumentError, type BindEnv, literal, literalInt, optional, parsed, value } from '../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../registry/module.js';
import type { ScriptContext } from '../script/context.js';
import type { RouteName } from '../script/route-kind.js';
import { isDefined, toText } from '../script/value.js';
import {
  prefixUser,
  setHost,
  setHostPort,
  setHostPortTrans,
  setPort,
  setUser,
  setUserPass,
  stripTailUser,
  stripUser,
  userPhone,
} from '../sip/uri-rewrite.js';
import type { CoreState } from './state.js';

/** Core functions: words of upstream's grammar. They leave `$rc` alone, and a 0 does not end the script. */
const { fn } = entriesOf<CoreState>();

const NOT_ONSEND: readonly RouteName[] = [
  'REQUEST',
  'FAILURE',
  'ONREPLY',
  'BRANCH',
  'ERROR',
  'LOCAL',
  'BRANCH_FAILURE',
  'EVENT',
];
const ANYWHERE: readonly RouteName[] = ['ANY'];

const NOTHING = '';

/** A socket that must be open when the server runs. */
const socketName = parsed('socket', (text: string, env: BindEnv): string => {
  (env.moduleState('core') as CoreState).requireSocket(text);
  return text;
});

/** A bit number 0..31, or the name of a declared flag. */
const flag = parsed('flag', (word: string, env: BindEnv, literalKind): number => {
  if (literalKind === 'int') {
    const n = Number(word);
    if (n > 31) throw new ArgumentError(`message flag ${n} too high; MAX=31`);
    return n;
  }
  const n = env.flag(word);
  if (n === null) throw new ArgumentError('flag not declared');
  return n;
});

/** An action on the Request-URI: `null` from the rewriter means the URI cannot be rewritten that way. */
function rewriting(doc: string, rewrite: (uri: string, arg: string) => string | null): FunctionDef<CoreState> {
  return fn([literal('text')], { routes: NOT_ONSEND, doc }, (core) => (ctx, arg) => {
    const uri = rewrite(ctx.msg.currentUri, arg);
    if (uri === null) {
      core.host.log.error('<core>', `bad uri <${ctx.msg.currentUri}>, dropping packet`);
      return -1;
    }
    ctx.msg.newUri = uri;
    return 1;
  });
}

const messageFlag = (doc: string, set: (ctx: ScriptContext) => void, routes = ANYWHERE): FunctionDef<CoreState> =>
  fn([], { routes, doc }, () => (ctx) => {
    set(ctx);
    return 1;
  });

const setUri = fn(
  [literal('uri')],
  { routes: NOT_ONSEND, doc: 'Replaces the Request-URI, unchecked.' },
  () => (ctx, uri) => {
    ctx.msg.newUri = uri;
    return 1;
  },
);
const host = rewriting('Replaces the host of the Request-URI; port and parameters stay.', setHost);
const hostPort = rewriting('Replaces host and port of the Request-URI.', setHostPort);
const hostPortTrans = rewriting('Replaces host, port and transport of the Request-URI.', setHostPortTrans);
const user = rewriting('Replaces the user of the Request-URI; an empty text removes it.', setUser);
const userPass = rewriting('Replaces user and password of the Request-URI.', setUserPass);
const port = rewriting('Replaces the port of the Request-URI.', setPort);

function stripping(doc: string, strip: (uri: string, n: number) => string | null): FunctionDef<CoreState> {
  return fn([literalInt('count')], { routes: NOT_ONSEND, doc }, (core) => (ctx, n) => {
    const uri = ctx.msg.parsedUri;
    if (uri !== null && n > uri.user.length) {
      core.host.log.warn('<core>', `too long strip asked; deleting username: ${n} of <${uri.user}>`);
    }
    const next = strip(ctx.msg.currentUri, n);
    if (next === null) {
      core.host.log.error('<core>', `bad uri <${ctx.msg.currentUri}>, dropping packet`);
      return -1;
    }
    ctx.msg.newUri = next;
    return 1;
  });
}

/** `forward_…(host, port)`: the destination of a stateless forward, as a URI. */
function target(ctx: ScriptContext, dst: string | undefined, portWord: string | undefined): string | null {
  if (dst === undefined) return null;
  const uri = ctx.msg.parsedUri;
  const name = dst === 'uri:host' ? (uri?.host ?? NOTHING) : dst;
  const number = portWord === 'uri:port' ? (uri?.portText ?? NOTHING) : (portWord ?? NOTHING);
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return `sip:${bracketed}${number === NOTHING ? NOTHING : `:${number}`}`;
}

function forwarding(proto: string | null): readonly FunctionDef<CoreState>[] {
  const args = [literal('host'), optional(literal('port'))] as const;
  const info = {
    routes: NOT_ONSEND,
    suspends: true,
    doc: `Forwards the request statelessly${proto ? ` over ${proto.toUpperCase()}` : ' to $du if set, else to the Request-URI'}.`,
  };
  const to = fn(
    args,
    info,
    (core) => (ctx, dst, portWord) => core.host.proxy.forward(ctx, target(ctx, dst, portWord), proto),
  );
  if (proto !== null) return [to];
  return [fn([], info, (core) => (ctx) => core.host.proxy.forward(ctx, null, null)), to];
}

const forceRport = messageFlag(
  'Answers to the source port even when the client did not ask (RFC 3581).',
  (x) => {
    x.msg.forceRport = true;
  },
  NOT_ONSEND,
);

const tcpAlias = fn(
  [optional(literalInt('port'))],
  { routes: NOT_ONSEND, doc: 'Lets requests to the Via port of the sender reuse this connection.' },
  (core) => (ctx, aliasPort) => {
    const { received } = ctx.msg;
    if (received.connectionId === 0) return 1;
    const p = aliasPort ?? ctx.msg.via1?.port ?? 0;
    ctx.msg.tcpAlias = true;
    return core.host.network.addConnectionAlias(received.connectionId, p === 0 ? 5060 : p) ? 1 : -1;
  },
);

const AVP_FLAG_DOC = 'one flag of the AVP, declared with avpflags';
const avpFlag = parsed('flag', (word: string, env: BindEnv): string => {
  if (env.flag(`avp:${word}`) === null) throw new ArgumentError('avp flag not declared');
  return word;
});

/** Every core function by name; synonyms share their definition. */
export const CORE_FUNCTIONS: Readonly<Record<string, FunctionDef<CoreState> | readonly FunctionDef<CoreState>[]>> = {
  forward: forwarding(null),
  forward_udp: forwarding('udp'),
  forward_tcp: forwarding('tcp'),
  forward_tls: forwarding('tls'),
  forward_sctp: forwarding('sctp'),
  log: [
    fn([literal('text')], { routes: ANYWHERE, doc: 'Writes a text to the log, as it is.' }, (core) => (_ctx, line) => {
      core.host.log.write(Level.DBG + 1, '<script>', line);
      return 1;
    }),
    fn(
      [literalInt('level'), literal('text')],
      { routes: ANYWHERE, doc: 'Writes a text to the log at a level.' },
      (core) => (_ctx, level, line) => {
        core.host.log.write(level, '<script>', line);
        return 1;
      },
    ),
  ],
  setflag: fn([flag], { routes: ANYWHERE, doc: 'Sets a message flag.' }, () => (ctx, n) => {
    ctx.msg.flags |= 1 << n;
    return 1;
  }),
  resetflag: fn([flag], { routes: ANYWHERE, doc: 'Clears a message flag.' }, () => (ctx, n) => {
    ctx.msg.flags &= ~(1 << n);
    return 1;
  }),
  isflagset: fn(
    [flag],
    { routes: ANYWHERE, doc: 'Tests a message flag.', returns: { '1': 'set', '-1': 'not set' } },
    () => (ctx, n) => (ctx.msg.flags & (1 << n) ? 1 : -1),
  ),
  setavpflag: fn(
    [literal('avp'), avpFlag],
    { routes: NOT_ONSEND, doc: `Sets ${AVP_FLAG_DOC}.` },
    () => (ctx, avp, word) => {
      ctx.attrs.setFlag(avp, word, true);
      return 1;
    },
  ),
  resetavpflag: fn(
    [literal('avp'), avpFlag],
    { routes: NOT_ONSEND, doc: `Clears ${AVP_FLAG_DOC}.` },
    () => (ctx, avp, word) => {
      ctx.attrs.setFlag(avp, word, false);
      return 1;
    },
  ),
  isavpflagset: fn(
    [literal('avp'), avpFlag],
    { routes: NOT_ONSEND, doc: `Tests ${AVP_FLAG_DOC}.` },
    () => (ctx, avp, word) => (ctx.attrs.hasFlag(avp, word) ? 1 : -1),
  ),
  error: fn(
    [literal('code'), literal('text')],
    { routes: NOT_ONSEND, doc: 'Logs an error text.' },
    (core) => (_ctx, code, line) => {
      core.host.log.notice('<core>', `error: ${code} ${line}`);
      return 1;
    },
  ),
  exec: fn(
    [literal('command')],
    {
      routes: NOT_ONSEND,
      suspends: true,
      doc: 'Runs a shell command and waits for its end.',
      returns: { '1': 'exit status 0', '-1': 'anything else' },
    },
    (core) => (_ctx, command) => core.runShell(command),
  ),
  rewriteuri: setUri,
  seturi: setUri,
  rewritehost: host,
  sethost: host,
  seth: host,
  rewritehostport: hostPort,
  sethostport: hostPort,
  sethp: hostPort,
  rewritehostporttrans: hostPortTrans,
  sethostporttrans: hostPortTrans,
  sethpt: hostPortTrans,
  rewriteuser: user,
  setuser: user,
  setu: user,
  rewriteuserpass: userPass,
  setuserpass: userPass,
  setup: userPass,
  rewriteport: port,
  setport: port,
  setp: port,
  prefix: rewriting('Puts a text in front of the user of the Request-URI.', prefixUser),
  strip: stripping('Removes characters from the start of the user of the Request-URI.', stripUser),
  strip_tail: stripping('Removes characters from the end of the user of the Request-URI.', stripTailUser),
  userphone: fn([], { routes: NOT_ONSEND, doc: 'Adds ;user=phone to the Request-URI.' }, () => (ctx) => {
    const uri = userPhone(ctx.msg.currentUri);
    if (uri === null) return -1;
    ctx.msg.newUri = uri;
    return 1;
  }),
  revert_uri: fn([], { routes: NOT_ONSEND, doc: 'Puts the received Request-URI back.' }, () => (ctx) => {
    ctx.msg.newUri = null;
    return 1;
  }),
  remove_branch: fn(
    [optional(value('index'))],
    { routes: NOT_ONSEND, doc: 'Removes an additional branch, the first by default.' },
    () => (ctx, index) => {
      const n = isDefined(index) ? Number(toText(index)) : 0;
      return ctx.msg.removeBranch(n < 0 ? ctx.msg.otherBranches.length + n : n) ? 1 : -1;
    },
  ),
  clear_branches: fn([], { routes: NOT_ONSEND, doc: 'Removes all additional branches.' }, () => (ctx) => {
    ctx.msg.clearBranches();
    return 1;
  }),
  force_rport: forceRport,
  add_rport: forceRport,
  add_local_rport: messageFlag(
    'Puts ;rport into the Via that is added when forwarding.',
    (x) => {
      x.msg.addLocalRport = true;
    },
    NOT_ONSEND,
  ),
  force_tcp_alias: tcpAlias,
  add_tcp_alias: tcpAlias,
  udp_mtu_try_proto: fn(
    [literal('proto')],
    { routes: NOT_ONSEND, doc: 'The transport for requests above udp_mtu.' },
    (core) => (ctx, proto) => {
      core.setMtuProto(ctx.msg, proto.toLowerCase());
      return 1;
    },
  ),
  set_advertised_address: fn(
    [literal('address')],
    { routes: NOT_ONSEND, doc: 'The address to put into Via and Record-Route of this message.' },
    () => (ctx, a) => {
      ctx.msg.advertisedAddress = a;
      return 1;
    },
  ),
  set_advertised_port: fn(
    [literalInt('port')],
    { routes: NOT_ONSEND, doc: 'The port to put into Via and Record-Route of this message.' },
    () => (ctx, p) => {
      ctx.msg.advertisedPort = p;
      return 1;
    },
  ),
  force_send_socket: fn(
    [socketName],
    { routes: NOT_ONSEND, doc: 'The listen socket to send this message from.' },
    (core) => (ctx, name) => {
      const socket = core.findSocketText(name);
      if (socket === null) return -1;
      ctx.msg.forceSocket = socket;
      return 1;
    },
  ),
  set_forward_no_connect: messageFlag('Forwards over streams only when a connection is there.', (x) => {
    x.msg.forwardNoConnect = true;
  }),
  set_reply_no_connect: messageFlag('Replies over streams only when the connection is still there.', (x) => {
    x.msg.replyNoConnect = true;
  }),
  set_forward_close: messageFlag('Closes the stream connection after forwarding.', (x) => {
    x.msg.forwardClose = true;
  }),
  set_reply_close: messageFlag('Closes the stream connection after the reply.', (x) => {
    x.msg.replyClose = true;
  }),
  cfg_select: fn(
    [literal('group'), value('instance')],
    { routes: NOT_ONSEND, doc: 'Switches a group of cfg variables to one of its instances.' },
    (core) => (_ctx, group, n) => (core.selectCfg(group, Number(toText(n))) ? 1 : -1),
  ),
  cfg_reset: fn(
    [literal('group')],
    { routes: NOT_ONSEND, doc: 'Switches a group of cfg variables back to its plain values.' },
    (core) => (_ctx, group) => (core.selectCfg(group, null) ? 1 : -1),
  ),
};
