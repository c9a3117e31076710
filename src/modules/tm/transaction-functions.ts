import { int, literal, numericValue, regex, value } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { isDefined, parseInteger, toText, type Value } from '../../script/value.js';
import { Match } from '../../tm/matching.js';
import type { Tm } from './state.js';

const { fn } = entriesOf<Tm>();

const YES_NO = { '1': 'yes', '-1': 'no' };
const code = numericValue('code', 'status; what has no number becomes default_code');
const reason = value('reason', 'reason phrase; what has no value becomes default_reason');

function statusOf(tm: Tm, given: Value): number {
  if (typeof given === 'number') return given;
  const n = given === null || given === undefined ? null : parseInteger(toText(given), 32);
  return typeof n === 'number' ? n : tm.layer.settings.default_code;
}

const reasonOf = (tm: Tm, given: Value): string =>
  isDefined(given) ? toText(given) : tm.layer.settings.default_reason;

/** The status that `t_check_status` looks at: of the last reply sent, the reply at hand, or the picked one. */
function statusAt(tm: Tm, ctx: ScriptContext): string | null {
  if ((ctx.kind & (RouteKind.TM_ONREPLY | RouteKind.CORE_ONREPLY)) !== 0) return `${ctx.msg.status}`;
  const t = tm.layer.current(ctx);
  if (t === null) {
    tm.error('cannot check status for a reply which has no T-state established');
    return null;
  }
  if ((ctx.kind & (RouteKind.FAILURE | RouteKind.BRANCH_FAILURE)) === 0) return `${t.status}`;
  const picked = t.branches[t.picked];
  return picked === undefined ? null : `${picked.status}`;
}

export const TRANSACTION_FUNCTIONS: Readonly<Record<string, FunctionDef<Tm> | readonly FunctionDef<Tm>[]>> = {
  t_newtran: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Makes the transaction; retransmissions are answered and end the script.',
      example: 't_newtran();',
      returns: { '1': 'made', '0': 'retransmission, absorbed', '-10': 'exists already' },
    },
    (tm) => (ctx) => tm.newTransaction(ctx),
  ),
  t_lookup_request: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Whether the request belongs to a transaction.',
      example: 'if (t_lookup_request()) exit;',
      returns: YES_NO,
    },
    (tm) => (ctx) => (tm.layer.lookup(ctx).status === Match.FOUND ? 1 : -1),
  ),
  t_lookup_cancel: [
    fn(
      [],
      {
        routes: ['REQUEST'],
        doc: 'Whether the INVITE of a CANCEL is known.',
        example: 'if (t_lookup_cancel()) exit;',
        returns: YES_NO,
      },
      (tm) => (ctx) => tm.lookupCancel(ctx, false),
    ),
    fn(
      [int('takeFlags', '1: message flags become those of the INVITE')],
      {
        routes: ['REQUEST'],
        doc: 'Whether the INVITE of a CANCEL is known.',
        example: 'if (t_lookup_cancel("1")) exit;',
        returns: YES_NO,
      },
      (tm) => (ctx, takeFlags) => tm.lookupCancel(ctx, takeFlags !== 0),
    ),
  ],
  t_check_trans: fn(
    [],
    {
      routes: ['REQUEST', 'ONREPLY', 'BRANCH'],
      doc: 'Absorbs retransmissions and ACKs to negative replies; tells whether a reply, CANCEL or ACK belongs to a transaction.',
      example: 't_check_trans();',
      returns: { '1': 'belongs to one', '0': 'absorbed: the script ends', '-1': 'belongs to none' },
    },
    (tm) => (ctx) => tm.checkTransaction(ctx),
  ),
  t_exists: fn(
    [],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Whether the run has a transaction already.',
      example: 'if (t_exists()) exit;',
      returns: YES_NO,
    },
    (tm) => (ctx) => (tm.known(ctx) === null ? -1 : 1),
  ),
  t_reply: fn(
    [code, reason],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
      doc: 'Replies through the transaction.',
      example: 't_newtran(); t_reply("404", "Not found");',
      returns: { '1': 'sent', '-1': 'no transaction, or a final reply was sent before' },
    },
    (tm) => (ctx, status, phrase) => tm.reply(ctx, statusOf(tm, status), reasonOf(tm, phrase)),
  ),
  t_send_reply: fn(
    [code, reason],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
      doc: 'Replies through the transaction, which is made when there is none.',
      example: 't_send_reply("404", "Not found");',
      returns: { '1': 'sent', '-1': 'not sent' },
    },
    (tm) => (ctx, status, phrase) => {
      if (tm.known(ctx) === null && ctx.msg.isRequest) tm.layer.create(ctx);
      return tm.reply(ctx, statusOf(tm, status), reasonOf(tm, phrase));
    },
  ),
  t_reply_error: fn(
    [],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
      since: '6.x',
      doc: 'Replies for the error of the last relay.',
      example: 'if (!t_relay()) t_reply_error();',
      returns: { '1': 'sent', '-1': 'not sent' },
    },
    (tm) => (ctx) => tm.replyError(ctx),
  ),
  t_retransmit_reply: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Sends the transaction’s last reply again.',
      example: 't_retransmit_reply();',
      returns: YES_NO,
    },
    (tm) => (ctx) => {
      const t = tm.layer.current(ctx);
      return t === null ? -1 : tm.layer.server.retransmit(t);
    },
  ),
  t_release: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Ends the transaction without an answer; it absorbs late messages for a while.',
      example: 't_newtran(); t_release();',
      returns: YES_NO,
    },
    (tm) => (ctx) => {
      const t = tm.layer.current(ctx);
      if (t !== null) tm.layer.release(t);
      return 1;
    },
  ),
  t_check_status: fn(
    [regex('re', 'matched against the three digits')],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'EVENT'],
      doc: 'Whether the status matches: of the last reply sent, the reply at hand, or the picked one.',
      example: 'failure_route[F] { if (t_check_status("4[0-9][0-9]")) exit; }',
      returns: YES_NO,
    },
    (tm) => (ctx, re) => {
      const status = statusAt(tm, ctx);
      return status !== null && re.test(status) ? 1 : -1;
    },
  ),
  t_get_status_code: fn(
    [],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      doc: 'The status that matters where it is called.',
      example: '$var(s) = t_get_status_code();',
      returns: { n: 'the status', '-1': 'none' },
    },
    (tm) => (ctx) => {
      const status = Number(statusAt(tm, ctx) ?? 0);
      return status > 0 ? status : -1;
    },
  ),
  t_save_lumps: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Failure routes start with the header changes made so far, not with later ones.',
      example: 't_newtran(); t_save_lumps();',
      returns: YES_NO,
    },
    (tm) => (ctx) => {
      if (ctx.kind !== RouteKind.REQUEST) return 1;
      const t = tm.known(ctx);
      if (t === null) {
        tm.error('transaction has not been created yet');
        return -1;
      }
      if (t.editMark < 0) t.editMark = ctx.msg.hasEdits ? ctx.msg.edits.mark() : 0;
      return 1;
    },
  ),
  t_clean: fn(
    [],
    { routes: ['ANY'], doc: 'Lets go of transactions that should have ended long ago.', example: 't_clean();' },
    (tm) => () => {
      tm.clean();
      return 1;
    },
  ),
  t_msg_apply_changes: fn(
    [],
    {
      routes: ['BRANCH'],
      since: '6.x',
      doc: 'Makes the changes so far part of the message that this branch reads.',
      example: 'branch_route[B] { t_msg_apply_changes(); }',
      returns: YES_NO,
    },
    (tm) => (ctx) => tm.applyBranchChanges(ctx),
  ),
  t_cell_append_branches: fn(
    [int('index'), int('label')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Adds the present destination set to another transaction.',
      example: 't_cell_append_branches("1", "2");',
      returns: YES_NO,
    },
    (tm) => (ctx, index, label) => tm.appendBranches(ctx, index, label),
  ),
  t_write_req: fn(
    [literal('info'), literal('fifo')],
    {
      routes: ['REQUEST', 'FAILURE'],
      doc: 'Writes the request to a FIFO. There are none here: always false.',
      example: 't_write_req("voicemail", "/tmp/x");',
      returns: { '-1': 'always' },
    },
    (tm) => () => {
      tm.error('t_write_req: FIFOs are not written to');
      return -1;
    },
  ),
  t_write_unix: fn(
    [literal('info'), literal('socket')],
    {
      routes: ['REQUEST', 'FAILURE'],
      doc: 'Writes the request to a Unix socket. There are none here: always false.',
      example: 't_write_unix("voicemail", "/tmp/x");',
      returns: { '-1': 'always' },
    },
    (tm) => () => {
      tm.error('t_write_unix: Unix sockets are not written to');
      return -1;
    },
  ),
};
