import { int, literal } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { armingOf } from '../../tm/arming.js';
import type { Branch } from '../../tm/branch.js';
import { TFlag, type Transaction } from '../../tm/transaction.js';
import type { Tm } from './state.js';

const { fn } = entriesOf<Tm>();
const YES_NO = { '1': 'yes', '-1': 'no' };
const ARMED: FunctionInfo['routes'] = ['REQUEST', 'FAILURE', 'TM_ONREPLY', 'BRANCH'];
const ms = (name: string, doc: string) => int(name, `${doc} (ms); 0 leaves it`);

/** `t_set_fr()`: for this transaction, with its branches, or for the one to be made. */
function setFr(tm: Tm, ctx: ScriptContext, frInvite: number, fr: number): number {
  const t = tm.known(ctx);
  const arming = t?.arming ?? armingOf(ctx.msg);
  if (fr > 0) arming.fr = fr;
  if (frInvite > 0) arming.frInvite = frInvite;
  if (t === null) return 1;
  if (fr > 0) t.fr = fr;
  if (frInvite > 0) t.frInvite = frInvite;
  for (const branch of t.branches) {
    const wait = branch.proceeding ? frInvite : fr;
    if (wait > 0 && branch.packet.waiting) branch.packet.waitFor(tm.layer.forwarding.lifeLeft(t, wait));
  }
  return 1;
}

function setRetr(tm: Tm, ctx: ScriptContext, t1: number, t2: number): number {
  const t = tm.known(ctx);
  const arming = t?.arming ?? armingOf(ctx.msg);
  if (t1 > 0) arming.t1 = t1;
  if (t2 > 0) arming.t2 = t2;
  if (t === null) return 1;
  if (t1 > 0) t.t1 = t1;
  if (t2 > 0) t.t2 = t2;
  for (const branch of t.branches) branch.packet.setInterval(t.t1, t.t2);
  return 1;
}

function setLifetime(tm: Tm, ctx: ScriptContext, invite: number, nonInvite: number): number {
  const t = tm.known(ctx);
  const arming = t?.arming ?? armingOf(ctx.msg);
  if (invite > 0) arming.inviteLifetime = invite;
  if (nonInvite > 0) arming.nonInviteLifetime = nonInvite;
  const life = t?.isInvite ? invite : nonInvite;
  if (t !== null && life > 0) t.endOfLife = t.created + life;
  return 1;
}

/** A switch of the transaction, or of the one to be made. */
const flagFunction = (
  name: string,
  flag: number,
  doc: string,
  routes: FunctionInfo['routes'] = ARMED,
): FunctionDef<Tm> =>
  fn([int('state', '1 on, 0 off')], { routes, doc, example: `${name}("1");` }, (tm) => (ctx, state) => {
    const t = tm.known(ctx);
    if (t !== null) {
      t.flags = state !== 0 ? t.flags | flag : t.flags & ~flag;
      return 1;
    }
    const arming = armingOf(ctx.msg);
    arming.setFlags = state !== 0 ? arming.setFlags | flag : arming.setFlags & ~flag;
    arming.clearFlags = state !== 0 ? arming.clearFlags & ~flag : arming.clearFlags | flag;
    return 1;
  });

/** A question about the run's transaction. */
const question = (
  doc: string,
  example: string,
  ask: (t: Transaction, tm: Tm) => boolean,
  routes = ARMED,
): FunctionDef<Tm> =>
  fn([], { routes, doc, example, returns: YES_NO }, (tm) => (ctx) => {
    const t = tm.required(ctx);
    return t !== null && ask(t, tm) ? 1 : -1;
  });

/** A question about the branch that a failure route is about. */
const branchQuestion = (doc: string, example: string, ask: (branch: Branch) => boolean): FunctionDef<Tm> =>
  fn([], { routes: ['REQUEST', 'FAILURE', 'EVENT'], doc, example, returns: YES_NO }, (tm) => (ctx) => {
    if ((ctx.kind & (RouteKind.FAILURE | RouteKind.BRANCH_FAILURE)) === 0) {
      tm.error(`unsupported route type ${ctx.kind}`);
      return -1;
    }
    const t = tm.known(ctx);
    const branch = t?.branches[t.picked];
    return branch !== undefined && ask(branch) ? 1 : -1;
  });

const noReason = (name: string): FunctionDef<Tm> =>
  flagFunction(name, TFlag.NO_E2E_CANCEL_REASON, 'Whether the Reason of a received CANCEL is kept back.');

export const TUNING_FUNCTIONS: Readonly<Record<string, FunctionDef<Tm> | readonly FunctionDef<Tm>[]>> = {
  t_set_fr: [
    fn(
      [ms('fr_inv', 'wait after a provisional reply')],
      { routes: ARMED, doc: 'Sets fr_inv_timer of the transaction.', example: 't_set_fr("10000");' },
      (tm) => (ctx, frInvite) => setFr(tm, ctx, frInvite, 0),
    ),
    fn(
      [ms('fr_inv', 'wait after a provisional reply'), ms('fr', 'wait for any reply')],
      {
        routes: ARMED,
        doc: 'Sets fr_inv_timer and fr_timer of the transaction.',
        example: 't_set_fr("10000", "2000");',
      },
      (tm) => (ctx, frInvite, fr) => setFr(tm, ctx, frInvite, fr),
    ),
  ],
  t_reset_fr: fn(
    [],
    { routes: ARMED, doc: 'The module’s fr_timer and fr_inv_timer again.', example: 't_reset_fr();' },
    (tm) => (ctx) => {
      const { fr_timer, fr_inv_timer } = tm.layer.settings;
      const arming = tm.known(ctx)?.arming ?? armingOf(ctx.msg);
      setFr(tm, ctx, fr_inv_timer, fr_timer);
      arming.fr = arming.frInvite = 0;
      return 1;
    },
  ),
  t_set_retr: fn(
    [ms('t1', 'first interval'), ms('t2', 'longest interval')],
    { routes: ARMED, doc: 'Sets the retransmission intervals of the transaction.', example: 't_set_retr("250", "0");' },
    (tm) => (ctx, t1, t2) => setRetr(tm, ctx, t1, t2),
  ),
  t_reset_retr: fn(
    [],
    { routes: ARMED, doc: 'The module’s intervals again.', example: 't_reset_retr();' },
    (tm) => (ctx) => {
      const { retr_timer1, retr_timer2 } = tm.layer.settings;
      return setRetr(tm, ctx, retr_timer1, retr_timer2);
    },
  ),
  t_set_max_lifetime: fn(
    [ms('invite', 'of an INVITE'), ms('other', 'of any other request')],
    { routes: ARMED, doc: 'Sets how long the transaction may live.', example: 't_set_max_lifetime("90000", "15000");' },
    (tm) => (ctx, invite, other) => setLifetime(tm, ctx, invite, other),
  ),
  t_reset_max_lifetime: fn(
    [],
    { routes: ARMED, doc: 'The module’s lifetimes again.', example: 't_reset_max_lifetime();' },
    (tm) => (ctx) => {
      const { max_inv_lifetime, max_noninv_lifetime } = tm.layer.settings;
      return setLifetime(tm, ctx, max_inv_lifetime, max_noninv_lifetime);
    },
  ),
  t_set_auto_inv_100: flagFunction('t_set_auto_inv_100', TFlag.AUTO_INV_100, 'Whether the INVITE gets a 100 at once.', [
    'REQUEST',
  ]),
  t_set_disable_6xx: flagFunction(
    't_set_disable_6xx',
    TFlag.DISABLE_6XX,
    'Whether a 6xx leaves the other branches alone.',
  ),
  t_set_no_auto_ack: {
    ...flagFunction('t_set_no_auto_ack', TFlag.NO_AUTO_ACK, 'Whether the ACK to a 2xx is left to somebody else.'),
    since: '6.x',
  },
  t_set_disable_failover: flagFunction(
    't_set_disable_failover',
    TFlag.DISABLE_FAILOVER,
    'Whether further addresses are left untried.',
  ),
  t_set_no_e2e_cancel_reason: noReason('t_set_no_e2e_cancel_reason'),
  t_disable_e2e_cancel_reason: noReason('t_disable_e2e_cancel_reason'),
  t_set_disable_internal_reply: flagFunction(
    't_set_disable_internal_reply',
    TFlag.DISABLE_INTERNAL_REPLY,
    'Whether errors of t_relay() are left unanswered.',
  ),
  t_use_uac_headers: fn(
    [],
    {
      routes: ['ANY'],
      doc: 'ACK and CANCEL take From and To of the request as sent. They always do here.',
      example: 't_use_uac_headers();',
    },
    (tm) => (ctx) => {
      const t = tm.known(ctx);
      if (t !== null) t.flags |= TFlag.USE_UAC_HEADERS;
      else armingOf(ctx.msg).setFlags |= TFlag.USE_UAC_HEADERS;
      return 1;
    },
  ),
  t_branch_timeout: branchQuestion(
    'Whether the picked branch timed out.',
    'failure_route[F] { if (t_branch_timeout()) exit; }',
    (b) => b.timedOut,
  ),
  t_branch_replied: branchQuestion(
    'Whether the picked branch got a reply before this one.',
    'failure_route[F] { if (t_branch_replied()) exit; }',
    (b) => b.replied,
  ),
  t_any_timeout: question('Whether some branch timed out.', 'failure_route[F] { if (t_any_timeout()) exit; }', (t) =>
    t.branches.some((b) => b.timedOut),
  ),
  t_any_replied: question(
    'Whether some branch got a reply before.',
    'failure_route[F] { if (t_any_replied()) exit; }',
    (t) => t.branches.some((b) => b.replied),
  ),
  t_is_canceled: question(
    'Whether a CANCEL came.',
    'failure_route[F] { if (t_is_canceled()) exit; }',
    (t) => t.isCanceled,
  ),
  t_is_expired: question(
    'Whether its lifetime is over.',
    'failure_route[F] { if (t_is_expired()) exit; }',
    (t, tm) => tm.host.clock.now() >= t.endOfLife,
  ),
  t_is_retr_async_reply: question(
    'Whether the transaction is suspended on a reply.',
    'onreply_route[R] { if (t_is_retr_async_reply()) drop; }',
    (t) => t.has(TFlag.SUSPENDED),
    ['TM_ONREPLY'],
  ),
  t_grep_status: fn(
    [int('code')],
    {
      routes: ARMED,
      doc: 'Whether a branch was answered with that status.',
      example: 'failure_route[F] { if (t_grep_status("486")) exit; }',
      returns: YES_NO,
    },
    (tm) => (ctx, status) => {
      const t = tm.required(ctx);
      return t?.branches.some((b) => b.status === status && b.replied) ? 1 : -1;
    },
  ),
  t_drop_replies: [
    fn(
      [],
      {
        routes: ['FAILURE'],
        doc: 'The replies so far are not relayed.',
        example: 'failure_route[F] { t_drop_replies(); }',
      },
      (tm) => (ctx) => drop(tm, ctx, ''),
    ),
    fn(
      [literal('mode')],
      {
        routes: ['FAILURE'],
        doc: 'The replies so far are not relayed: a all, l those of the last step, n none.',
        example: 'failure_route[F] { t_drop_replies("l"); }',
      },
      (tm) => (ctx, mode) => drop(tm, ctx, mode),
    ),
  ],
};

function drop(tm: Tm, ctx: ScriptContext, mode: string): number {
  const t = tm.known(ctx);
  if (t !== null) t.dropMode = mode.startsWith('n') ? 0 : mode.startsWith('l') ? 2 : 1;
  return 1;
}
