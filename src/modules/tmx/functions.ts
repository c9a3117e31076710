import { int, literal, oneOf, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { ONREPLY, RouteKind } from '../../script/route-kind.js';
import type { Tmx } from './state.js';

const { fn } = entriesOf<Tmx>();

const YES_NO = { '1': 'yes', '-1': 'no' };
const DROPPED = { '0': 'the script ends', '-1': 'no transaction' };
const DONE = { '1': 'done', '-1': 'not done' };
const any = (doc: string, example: string, returns: FunctionInfo['returns'] = DONE): FunctionInfo => ({
  routes: ['ANY'],
  doc,
  example,
  returns,
});

/** `t_flush_flags()` and its sister for extended flags, which are flags like the others here. */
const flush = (name: string): FunctionDef<Tmx> =>
  fn(
    [],
    any(
      'Later routes of the transaction see the message flags as they are now.',
      `t_newtran(); setflag(1); ${name}();`,
    ),
    (tmx) => (ctx) => {
      const t = tmx.tm.known(ctx);
      if (t === null) {
        tmx.host.log.error('tmx', 'failed to flush flags - no transaction found');
        return -1;
      }
      t.messageFlags = ctx.msg.flags;
      return 1;
    },
  );

/** Whether the run is of a kind, whatever block the call is in. */
const isRoute = (mask: number, what: string, name: string): FunctionDef<Tmx> =>
  fn(
    [],
    any(`Whether the route that runs is a ${what}.`, `if (${name}()) exit;`, YES_NO),
    () => (ctx) => ((ctx.kind & mask) !== 0 ? 1 : -1),
  );

/** A flag of a branch that stays with the transaction (6.x). */
const branchFlag = (
  name: string,
  doc: string,
  act: (flags: number, bit: number) => number | boolean,
): FunctionDef<Tmx> =>
  fn([int('flag')], any(doc, `${name}("1");`, YES_NO), (tmx) => (ctx, flag) => {
    const branch = branchAt(tmx, ctx);
    if (branch === undefined || flag < 0 || flag > 31) return -1;
    const result = act(branch.flags, 1 << flag);
    if (typeof result === 'boolean') return result ? 1 : -1;
    branch.flags = result;
    return 1;
  });

function branchAt(tmx: Tmx, ctx: ScriptContext) {
  const t = tmx.tm.known(ctx);
  return t?.branches[ctx.branch >= 0 ? ctx.branch : t.picked];
}

const uacAck = [
  'Sends the ACK to a 2xx of a local INVITE whose automatic ACK is switched off.',
  't_uac_ack_local("", "");',
] as const;

export const FUNCTIONS: Readonly<Record<string, FunctionDef<Tmx> | readonly FunctionDef<Tmx>[]>> = {
  t_uac_ack_local: [
    fn(
      [text('headers'), text('body')],
      { ...any(...uacAck), since: '6.x' },
      (tmx) => (ctx, headers, body) => tmx.acknowledge(headers, body, tmx.tm.known(ctx)),
    ),
    fn(
      [text('headers'), text('body'), int('index')],
      { ...any(...uacAck), since: '6.x' },
      (tmx) => (ctx, headers, body, index) => {
        const t = tmx.tm.known(ctx);
        return t === null || t.index !== index ? -1 : tmx.acknowledge(headers, body, t);
      },
    ),
    fn(
      [text('headers'), text('body'), int('index'), int('label')],
      { ...any(...uacAck), since: '6.x' },
      (tmx) => (_ctx, headers, body, index, label) =>
        tmx.acknowledge(headers, body, tmx.tm.layer.table.at(index, label)),
    ),
  ],
  t_cancel_branches: fn(
    [oneOf('which', ['all', 'others', 'this'])],
    {
      routes: ['ONREPLY'],
      doc: 'Cancels branches of the reply’s transaction.',
      example: 'onreply_route[R] { t_cancel_branches("others"); }',
      returns: DONE,
      literalOnly: true,
    },
    (tmx) => (ctx, which) => tmx.cancelBranches(ctx, which),
  ),
  t_cancel_callid: [
    fn(
      [text('callid'), text('cseq'), int('flag', 'message flag to set when greater than 0')],
      any('Cancels the INVITE of a Call-ID and CSeq number.', 't_cancel_callid("a@b", "1", "22");'),
      (tmx) => (_ctx, callId, cseq, flag) => tmx.cancelCall(callId, cseq, flag, 0),
    ),
    fn(
      [
        text('callid'),
        text('cseq'),
        int('flag', 'message flag to set when greater than 0'),
        int('code', 'cause in the Reason header'),
      ],
      any('Cancels the INVITE of a Call-ID and CSeq number.', 't_cancel_callid("a@b", "1", "22", "200");'),
      (tmx) => (_ctx, callId, cseq, flag, code) => tmx.cancelCall(callId, cseq, flag, code),
    ),
  ],
  t_cancel_branch_idx: fn(
    [int('index'), int('label'), int('branch')],
    { ...any('Cancels one branch of a transaction.', 't_cancel_branch_idx("1", "2", "0");'), since: '6.x' },
    (tmx) => (_ctx, index, label, branch) => tmx.cancelBranchAt(index, label, branch),
  ),
  t_reply_callid: fn(
    [text('callid'), text('cseq'), int('code'), text('reason')],
    any(
      'Replies to the INVITE of a Call-ID and CSeq number.',
      't_reply_callid("a@b", "1", "458", "Replied remotely");',
    ),
    (tmx) => (_ctx, callId, cseq, code, reason) => tmx.replyToCall(callId, cseq, code, reason),
  ),
  t_flush_flags: flush('t_flush_flags'),
  t_flush_xflags: flush('t_flush_xflags'),
  t_is_failure_route: isRoute(RouteKind.FAILURE, 'failure route', 't_is_failure_route'),
  t_is_branch_route: isRoute(RouteKind.BRANCH, 'branch route', 't_is_branch_route'),
  t_is_reply_route: isRoute(ONREPLY, 'reply route', 't_is_reply_route'),
  t_is_request_route: isRoute(RouteKind.REQUEST, 'request route', 't_is_request_route'),
  t_suspend: fn(
    [],
    any(
      'Takes the request or reply off the script, to be continued by t_continue(). The script has to end.',
      't_suspend(); exit;',
    ),
    (tmx) => (ctx) => tmx.suspend(ctx),
  ),
  t_continue: fn(
    [int('index', '$T(id_index)'), int('label', '$T(id_label)'), text('route')],
    {
      ...any(
        'Runs a route for a suspended transaction, in the context of a failure route. A transaction of another thread is fetched first.',
        't_continue("1", "2", "RESUME");',
      ),
      suspends: true,
    },
    (tmx) => (_ctx, index, label, name) => tmx.resume(index, label, name),
  ),
  t_reuse_branch: fn(
    [],
    {
      routes: ['REQUEST', 'EVENT'],
      doc: 'The failed branch’s URI, path, flags and instance become the request’s.',
      example: 'event_route[tm:branch-failure:x] { t_reuse_branch(); t_relay(); }',
      returns: DONE,
    },
    (tmx) => (ctx) => {
      if (ctx.kind !== RouteKind.BRANCH_FAILURE) {
        tmx.host.log.error('tmx', `unsupported route_type ${ctx.kind}`);
        return -1;
      }
      const t = tmx.tm.known(ctx);
      const branch = t?.branches[t.picked];
      if (branch === undefined) return -1;
      const { msg } = ctx;
      msg.newUri = branch.uri;
      msg.pathVector = branch.path;
      msg.instance = branch.instance;
      msg.ruid = branch.ruid;
      msg.bflags = branch.flags;
      return 1;
    },
  ),
  t_precheck_trans: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Whether another run over the same request is under way.',
      example: 'if (t_precheck_trans()) { t_check_trans(); exit; }',
      returns: YES_NO,
    },
    (tmx) => (ctx) => (tmx.isBeingHandled(ctx) ? 1 : -1),
  ),
  t_drop: [
    fn(
      [],
      any(
        'Ends the transaction without a reply, as if 500 had been sent; the script ends.',
        't_newtran(); t_drop();',
        DROPPED,
      ),
      (tmx) => (ctx) => tmx.drop(ctx, 500),
    ),
    fn(
      [int('code')],
      any(
        'Ends the transaction without a reply, as if that status had been sent; the script ends.',
        't_newtran(); t_drop("487");',
        DROPPED,
      ),
      (tmx) => (ctx, code) => tmx.drop(ctx, code),
    ),
  ],
  t_vbflag_set: {
    ...branchFlag('t_vbflag_set', 'Sets a flag of the branch.', (flags, bit) => flags | bit),
    since: '6.x',
  },
  t_vbflag_reset: {
    ...branchFlag('t_vbflag_reset', 'Clears a flag of the branch.', (flags, bit) => flags & ~bit),
    since: '6.x',
  },
  t_vbflag_is_set: {
    ...branchFlag('t_vbflag_is_set', 'Whether a flag of the branch is set.', (flags, bit) => (flags & bit) !== 0),
    since: '6.x',
  },
  bind_tmx: fn([literal('api')], any('Only for modules written in C; does nothing.', 'bind_tmx("x");'), () => () => 1),
};
