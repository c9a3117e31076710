import { ArgumentError, int, numericValue, text } from '../../registry/arguments.js';
import { defineModule, entriesOf, type FunctionDef } from '../../registry/module.js';
import { Sl } from './state.js';
import { STATISTICS } from './statistics.js';

export { type AckFiltered, type ReplyReady, Sl } from './state.js';

const { fn, pv, rpc } = entriesOf<Sl>();

const code = numericValue('code', 'status; what is no number becomes `default_code`');
const reason = text('reason');
const SENT = { '1': 'sent', '-1': 'not sent' };
const KEMI = 'KEMI scripts are not run';

const slReply: FunctionDef<Sl> = fn(
  [code, reason],
  {
    routes: ['REQUEST'],
    doc: 'Sends a reply without a transaction. Replies from 180 on get a To-tag by which the ACK is recognised.',
    example: 'sl_send_reply("404", "Not found");',
    returns: SENT,
  },
  (state) => (ctx, status, phrase) => state.reply(ctx, state.statusOf(status), state.reasonOf(phrase)),
);

const forwardInfo = (example: string) =>
  ({
    routes: ['ONREPLY'],
    doc: 'Forwards the reply at once, under another status of the same class or another reason phrase.',
    example,
    returns: { '1': 'forwarded', '-1': 'not a reply, no further Via, or the status is not of the same class' },
  }) as const;

export default defineModule({
  name: 'sl',
  doc: 'Stateless replies.',
  params: {
    default_code: { type: 'int', default: 500, doc: 'Status of replies whose code is no number.' },
    default_reason: { type: 'string', default: 'Internal Server Error', doc: 'Reason of replies without one.' },
    bind_tm: { type: 'int', default: 1, doc: '0: `send_reply` never replies through tm.' },
    rich_redirect: {
      type: 'int',
      default: 0,
      doc: 'Added to Contacts of 3xx: 1 branch flags, 2 the path as a Route header.',
    },
    event_callback_fl_ack: { type: 'string', default: null, doc: 'KEMI function for filtered ACKs.', noEffect: KEMI },
    event_callback_lres_sent: { type: 'string', default: null, doc: 'KEMI function for sent replies.', noEffect: KEMI },
  },
  functions: {
    sl_send_reply: slReply,
    sl_reply: slReply,
    send_reply: fn(
      [code, reason],
      {
        routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
        doc: 'Replies through the transaction when there is one, else without.',
        example: 'send_reply("404", "Not found");',
        returns: SENT,
      },
      (state) => (ctx, status, phrase) => state.replyEither(ctx, state.statusOf(status), state.reasonOf(phrase)),
    ),
    send_reply_mode: fn(
      [code, reason, int('mode', '1: only over a connection that is there; 2: close the connection afterwards')],
      {
        routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
        doc: 'As `send_reply`, with a say about the connection that the reply takes.',
        example: 'send_reply_mode("404", "Not found", "1");',
        returns: SENT,
      },
      (state) => (ctx, status, phrase, mode) =>
        state.replyWithMode(ctx, state.statusOf(status), state.reasonOf(phrase), mode),
    ),
    send_reply_error: fn(
      [],
      {
        routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
        since: '6.x',
        doc: 'Replies for an internal error, through the transaction when there is one.',
        example: 'send_reply_error();',
        returns: { ...SENT, '-2': 'a final reply was sent before' },
      },
      (state) => (ctx) => state.replyErrorEither(ctx),
    ),
    sl_reply_error: fn(
      [],
      {
        routes: ['REQUEST'],
        doc: 'Replies for an internal error, without a transaction.',
        example: 'sl_reply_error();',
        returns: { ...SENT, '-2': 'a final reply was sent before' },
      },
      (state) => (ctx) => state.replyError(ctx),
    ),
    sl_forward_reply: [
      fn([], forwardInfo('sl_forward_reply();'), (state) => (ctx) => state.forwardReply(ctx, null, null)),
      fn(
        [text('code')],
        forwardInfo('sl_forward_reply("180");'),
        (state) => (ctx, status) => state.forwardReply(ctx, status, null),
      ),
      fn(
        [text('code'), reason],
        forwardInfo('sl_forward_reply("180", "Ringing");'),
        (state) => (ctx, status, phrase) => state.forwardReply(ctx, status, phrase),
      ),
    ],
  },
  pvs: {
    ltt: pv({
      doc: 'Local To-tag of replies: `$ltt(x)` the transaction’s or else the stateless one, `$ltt(s)` stateless, `$ltt(t)` the transaction’s.',
      inner: 'required',
      index: false,
      writable: false,
      bind: (state, inner) => {
        const kind = inner?.text;
        if (kind !== 'x' && kind !== 's' && kind !== 't') throw new ArgumentError(`unknown PV ltt key: ${kind ?? ''}`);
        return { read: (ctx) => state.localTag(ctx, kind) };
      },
    }),
  },
  rpc: { 'sl.stats': rpc('Print reply statistics.', (state) => () => state.statistics.show()) },
  eventRoutes: {
    'sl:filtered-ack': 'Runs for an ACK to a stateless reply, which goes no further.',
    'sl:local-response': 'Runs over a stateless reply after it was sent.',
  },
  statistics: STATISTICS,
  configure: (host, params) =>
    new Sl(host, {
      defaultCode: params.default_code,
      defaultReason: params.default_reason,
      bindTm: params.bind_tm !== 0,
      richRedirect: params.rich_redirect,
    }),
});
