import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef } from '../../registry/module.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import type { Value } from '../../script/value.js';
import type { SipMessage } from '../../sip/message.js';
import { FAKED } from '../../tm/branch.js';
import { reasonPhrase } from '../../tm/errors.js';
import type { Transaction } from '../../tm/transaction.js';
import { asReceived, type Tmx } from './state.js';

const { pv, readPv } = entriesOf<Tmx>();

const FAILED = RouteKind.FAILURE | RouteKind.BRANCH_FAILURE;
const REPLY = RouteKind.TM_ONREPLY | RouteKind.CORE_ONREPLY;

/** `$T_branch_idx`: of the branch at hand, or the number that the next branch gets. */
function branchIndex(tmx: Tmx, ctx: ScriptContext): Value {
  const { msg, kind } = ctx;
  if (!msg.isRequest || (kind & (RouteKind.BRANCH | RouteKind.BRANCH_FAILURE)) !== 0) return ctx.branch;
  if (kind === RouteKind.REQUEST) return msg.otherBranches.length;
  if (kind !== RouteKind.FAILURE) return -1;
  const t = tmx.tm.known(ctx);
  return t === null ? undefined : t.branches.length + msg.otherBranches.length;
}

function replyCode(tmx: Tmx, ctx: ScriptContext): Value {
  if ((ctx.kind & REPLY) !== 0) return ctx.msg.status;
  const t = tmx.tm.layer.current(ctx);
  if (t === null) return 0;
  if ((ctx.kind & FAILED) !== 0) return t.branches[t.picked]?.status ?? 0;
  return (ctx.kind & (RouteKind.REQUEST | RouteKind.BRANCH)) !== 0 ? t.status : 0;
}

function replyReason(tmx: Tmx, ctx: ScriptContext): Value {
  const t = tmx.tm.layer.current(ctx);
  if (t === null) return '';
  if ((ctx.kind & REPLY) !== 0) return ctx.msg.reason;
  if (ctx.kind !== RouteKind.FAILURE) {
    tmx.host.log.error('tmx', `unsupported route_type ${ctx.kind}`);
    return undefined;
  }
  const branch = t.branches[t.picked];
  if (branch === undefined || branch.reply === null) return undefined;
  return branch.reply === FAKED ? reasonPhrase(branch.status) : branch.reply.reason;
}

function replyRuid(tmx: Tmx, ctx: ScriptContext): Value {
  const t = tmx.tm.layer.current(ctx);
  if (t === null) return '';
  if ((ctx.kind & FAILED) !== 0) return t.branches[t.picked]?.ruid ?? '';
  if (ctx.kind === RouteKind.TM_ONREPLY) return t.branches[ctx.branch]?.ruid ?? '';
  tmx.host.log.error('tmx', `unsupported route_type ${ctx.kind}`);
  return '';
}

function lastReceived(tmx: Tmx, ctx: ScriptContext): Value {
  if (ctx.kind !== RouteKind.TM_ONREPLY) {
    tmx.host.log.error('tmx', `unsupported route_type ${ctx.kind}`);
    return undefined;
  }
  return tmx.tm.known(ctx)?.branches[ctx.branch]?.status;
}

/** `$T_req($x)`: a variable read over another message than the run's. */
const over = (doc: string, messageOf: (tmx: Tmx, ctx: ScriptContext) => SipMessage | null): PvDef<Tmx> =>
  pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (tmx, inner, _index, env) => {
      const bound = env.pv(inner?.text ?? '');
      return {
        read: (ctx) => {
          const msg = messageOf(tmx, ctx);
          if (msg === null) return null;
          const run = new ScriptContext(msg, ctx.kind, ctx.attrs);
          run.vars = ctx.vars;
          run.varsOwned = ctx.varsOwned;
          run.transaction = ctx.transaction;
          return bound.read(run);
        },
      };
    },
  });

/** The run's transaction, made when there is none. */
const madeNow = (tmx: Tmx, ctx: ScriptContext): Transaction | null => tmx.tm.layer.suspension.begin(ctx) || null;

/** `$T(…)`. */
const FIELDS: Readonly<Record<string, (tmx: Tmx, ctx: ScriptContext) => Value>> = {
  id_index: (tmx, ctx) => tmx.tm.known(ctx)?.index ?? null,
  id_label: (tmx, ctx) => tmx.tm.known(ctx)?.label ?? null,
  id_index_n: (tmx, ctx) => madeNow(tmx, ctx)?.index ?? null,
  id_label_n: (tmx, ctx) => madeNow(tmx, ctx)?.label ?? null,
  reply_code: replyCode,
  reply_type: (tmx, ctx) => {
    const t = tmx.tm.known(ctx);
    if (t === null) return null;
    return ctx.kind === RouteKind.FAILURE && t.branches[t.picked]?.reply === FAKED ? 1 : 0;
  },
  branch_index: branchIndex,
};

/** `$T_branch(…)`. */
const BRANCH_FIELDS: Readonly<Record<string, (tmx: Tmx, ctx: ScriptContext) => Value>> = {
  flags: (tmx, ctx) => {
    const t = tmx.tm.known(ctx);
    if (t === null) return null;
    if ((ctx.kind & FAILED) !== 0) return t.branches[t.picked]?.flags ?? null;
    tmx.host.log.error('tmx', `unsupported route_type ${ctx.kind}`);
    return null;
  },
  uri: (tmx, ctx) => {
    const t = tmx.tm.known(ctx);
    if (t === null) return null;
    if (ctx.kind === RouteKind.TM_ONREPLY) return t.branches[ctx.branch]?.uri ?? null;
    tmx.host.log.error('tmx', `$T_branch(uri) - unsupported route_type ${ctx.kind}`);
    return null;
  },
  ruid: (tmx, ctx) => {
    if (tmx.tm.known(ctx) === null) return null;
    return ctx.kind === RouteKind.BRANCH ? ctx.msg.ruid : replyRuid(tmx, ctx);
  },
};

/** A variable with one of some names inside. */
const field = (doc: string, fields: Readonly<Record<string, (tmx: Tmx, ctx: ScriptContext) => Value>>): PvDef<Tmx> =>
  pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (tmx, inner) => {
      const read = fields[inner?.text ?? ''];
      if (read === undefined) throw new ArgumentError(`unknown PV name ${inner?.text ?? ''}`);
      return { read: (ctx) => read(tmx, ctx) };
    },
  });

export const PVS: Readonly<Record<string, PvDef<Tmx>>> = {
  T_branch_idx: readPv('Index of the branch at hand.', (tmx) => (ctx) => branchIndex(tmx, ctx)),
  T_reply_code: readPv('Status of the reply that the run is about.', (tmx) => (ctx) => replyCode(tmx, ctx)),
  T_reply_reason: readPv('Reason phrase of that reply.', (tmx) => (ctx) => replyReason(tmx, ctx)),
  T_reply_ruid: readPv('Location record of the branch that replied.', (tmx) => (ctx) => replyRuid(tmx, ctx)),
  T_reply_last: readPv('Last status received on the branch.', (tmx) => (ctx) => lastReceived(tmx, ctx)),
  T_req: over('A variable of the request, in a reply route.', (tmx, ctx) => tmx.requestOf(ctx)),
  T_rpl: over('A variable of the winning reply, in a failure route.', (tmx, ctx) =>
    ctx.msg.isRequest ? tmx.pickedReply(ctx) : null,
  ),
  T_inv: over('A variable of the INVITE that a CANCEL is for.', (tmx, ctx) =>
    ctx.msg.method === 'CANCEL' ? asReceived(tmx.tm.layer.matcher.sameBranch(ctx.msg)?.request ?? null) : null,
  ),
  T: field('Facts of the transaction: id_index, id_label, reply_code, reply_type, branch_index.', FIELDS),
  T_branch: field('Facts of the branch: flags, uri, ruid.', BRANCH_FIELDS),
};
