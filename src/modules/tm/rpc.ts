import { entriesOf, type RpcDef, type RpcReach } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { double, fault, type RpcReply, reply, struct } from '../../rpc/value.js';
import { RouteKind } from '../../script/route-kind.js';
import type { Transaction } from '../../tm/transaction.js';
import type { Tm } from './state.js';

const { rpc } = entriesOf<Tm>();

/** Reads texts from a call; the fault when one that is needed is missing. */
function texts(call: RpcCall, needed: readonly string[], optional: number): string[] | RpcReply {
  const values: string[] = [];
  for (const what of needed) {
    const scan = call.scan('.S');
    if (!scan.ok) return fault(400, `${what} expected`);
    values.push(String(scan.args[0] ?? ''));
  }
  for (let i = 0; i < optional; i++) {
    const scan = call.scan('*.S');
    values.push(scan.ok ? String(scan.args[0] ?? '') : '');
  }
  return values;
}

/** A reply by hand through a transaction, as `tm.reply` and `tm.reply_callid` take it apart. */
function replyThrough(
  tm: Tm,
  t: Transaction,
  code: number,
  reason: string,
  toTag: string,
  headers: string,
  body: string,
): RpcReply {
  if (t.request === null) return fault(500, 'Reply failed');
  const ctx = tm.layer.context(t, t.request, RouteKind.REQUEST);
  const extras = {
    ...(toTag === '' || toTag === '.' ? {} : { toTag }),
    ...(headers === '' || headers === '.' ? {} : { headers: headers.endsWith('\n') ? headers : `${headers}\r\n` }),
    ...(body === '' ? {} : { body }),
  };
  return tm.layer.server.reply(t, ctx, code, reason, extras) > 0 ? reply() : fault(500, 'Reply failed');
}

/** `index:label`. */
function byId(tm: Tm, id: string): Transaction | null | undefined {
  const match = /^(\d+):(\d+)$/.exec(id);
  return match === null ? undefined : tm.layer.table.at(Number(match[1]), Number(match[2]));
}

function statistics(tm: Tm): RpcReply {
  const s = tm.layer.counts;
  return reply(
    struct({
      current: s.current,
      waiting: s.waiting,
      total: s.created,
      total_local: s.uac,
      rpl_received: s.repliesReceived,
      rpl_generated: s.repliesGenerated,
      rpl_sent: s.repliesSent,
      '6xx': s.completed(6),
      '5xx': s.completed(5),
      '4xx': s.completed(4),
      '3xx': s.completed(3),
      '2xx': s.completed(2),
      created: s.created,
      freed: s.freed,
      delayed_free: 0,
    }),
  );
}

/** The table is not a fixed number of buckets: one entry per slot, which is what upstream's figures are about. */
function hashStatistics(tm: Tm): RpcReply {
  const { current: n, created: all } = tm.layer.counts;
  const average = n === 0 ? 0 : 1;
  return reply(
    struct({
      hash_size: n,
      crt_transactions: n,
      crt_target_per_cell: double(average),
      crt_min: average,
      crt_max: average,
      crt_worst_case_extra_cells: 0,
      crt_no_zero_cells: 0,
      crt_no_deviating_cells: 0,
      crt_deviation_sq_sum: double(0),
      acc_transactions: all,
      acc_target_per_cell: double(average),
      acc_min: average,
      acc_max: average,
      acc_worst_case_extra_cells: 0,
      acc_no_zero_cells: 0,
      acc_no_deviating_cells: 0,
      acc_deviation_sq_sum: double(0),
    }),
  );
}

function list(tm: Tm): RpcReply {
  const now = tm.host.clock.now();
  return reply(
    ...[...tm.layer.table].map((t) =>
      struct({
        tindex: t.index,
        tlabel: t.label,
        method: t.method,
        from: t.request === null ? '' : t.request.raw.slice(...headerLine(t, 'From')),
        to: t.request === null ? '' : t.request.raw.slice(...headerLine(t, 'To')),
        callid: `Call-ID: ${t.callId}\r\n`,
        cseq: `CSeq: ${t.cseq}`,
        uas_request: t.request === null ? 'no' : 'yes',
        tflags: t.flags,
        outgoings: t.branches.length,
        ref_count: 1,
        lifetime: Math.max(0, Math.round((t.endOfLife - now) / 1000)),
      }),
    ),
  );
}

function headerLine(t: Transaction, name: string): [number, number] {
  const i = t.request?.firstHeaderNamed(name) ?? -1;
  return t.request === null || i < 0 ? [0, 0] : [t.request.headerStart(i), t.request.headerEnd(i)];
}

/** A command about transactions, which belong to one thread each. */
const about = (reach: RpcReach, ...[doc, bind]: Parameters<typeof rpc>): RpcDef<Tm> => ({ ...rpc(doc, bind), reach });

export const RPC: Readonly<Record<string, RpcDef<Tm>>> = {
  'tm.stats': rpc('Print transaction statistics.', (tm) => () => statistics(tm)),
  'tm.hash_stats': rpc('Print the load of the transaction table.', (tm) => () => hashStatistics(tm)),
  'tm.list': about('join', 'List all transactions.', (tm) => () => list(tm)),
  'tm.clean': about('all', 'Let transactions go that should have ended long ago.', (tm) => () => {
    tm.clean();
    return reply();
  }),
  'tm.cancel': about('first', 'Cancel a pending transaction: Call-ID, CSeq number.', (tm) => (call) => {
    const args = texts(call, ['callid', 'cseq'], 0);
    if (!Array.isArray(args)) return fault(400, 'Callid and CSeq expected as parameters');
    const t = tm.layer.matcher.byCallId(args[0]!, Number(args[1]));
    if (t === null) return fault(400, 'Transaction not found');
    return reply(tm.layer.canceling.cancelAll(t, { unreplied: 'stop' }), 'branches remaining (waiting for timeout)');
  }),
  'tm.reply': about('first', 'Reply: code, reason, index:label, To tag, headers, body.', (tm) => (call) => {
    const args = texts(call, ['Reply code', 'Reason phrase', 'Transaction ID', 'To tag'], 2);
    if (!Array.isArray(args)) return args;
    const t = byId(tm, args[2]!);
    if (t === undefined) return fault(400, 'Invalid transaction ID');
    if (t === null) return fault(481, 'No such transaction');
    return replyThrough(tm, t, Number(args[0]), args[1]!, args[3]!, args[4]!, args[5]!);
  }),
  'tm.reply_callid': about(
    'first',
    'Reply: code, reason, Call-ID, CSeq number, To tag, headers, body.',
    (tm) => (call) => {
      const args = texts(call, ['Reply code', 'Reason phrase', 'Call-ID', 'CSeq', 'To tag'], 2);
      if (!Array.isArray(args)) return args;
      const t = tm.layer.matcher.byCallId(args[2]!, Number(args[3]));
      if (t === null) return fault(404, 'Transaction not found');
      return replyThrough(tm, t, Number(args[0]), args[1]!, args[4]!, args[5]!, args[6]!);
    },
  ),
  'tm.retransmit_reply': about('first', 'Send the last reply again: index, label.', (tm) => (call) => {
    const args = texts(call, ['index', 'label'], 0);
    if (!Array.isArray(args)) return fault(400, 'Index and label expected as parameters');
    const t = tm.layer.table.at(Number(args[0]), Number(args[1]));
    if (t === null) return fault(404, 'Transaction not found');
    return tm.layer.server.retransmit(t) > 0 ? reply() : fault(500, 'Retransmission failed');
  }),
  'tm.retransmit_reply_callid': about('first', 'Send the last reply again: Call-ID, CSeq number.', (tm) => (call) => {
    const args = texts(call, ['callid', 'cseq'], 0);
    if (!Array.isArray(args)) return fault(400, 'Callid and CSeq expected as parameters');
    const t = tm.layer.matcher.byCallId(args[0]!, Number(args[1]));
    if (t === null) return fault(404, 'Transaction not found');
    return tm.layer.server.retransmit(t) > 0 ? reply() : fault(500, 'Retransmission failed');
  }),
};
