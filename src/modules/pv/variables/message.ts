import type { ScriptContext } from '../../../script/context.js';
import { Dual, type Value } from '../../../script/value.js';
import { Hdr } from '../../../sip/header-names.js';
import { Method, methodName } from '../../../sip/methods.js';
import { givenText, keyedPv, orNull, type PvTable, pv, readPv, textWithNumber } from '../define.js';
import type { PvState } from '../state.js';

const METHODS = new Map<number, Dual>(
  Object.values(Method).flatMap((id) =>
    methodName(id) === '' ? [] : [[id, textWithNumber(methodName(id), id)] as const],
  ),
);

/** The method with its bit; a reply's is that of its CSeq. */
function method(state: PvState, ctx: ScriptContext): Dual | null {
  const msg = ctx.msg;
  if (!msg.isRequest && msg.cseq === null) {
    state.error('no CSEQ header');
    return null;
  }
  const known = METHODS.get(msg.methodId);
  return known !== undefined && known.text === msg.method ? known : textWithNumber(msg.method, msg.methodId);
}

function cseq<T>(state: PvState, ctx: ScriptContext, get: (ctx: ScriptContext) => T): T | null {
  if (ctx.msg.cseq !== null) return get(ctx);
  state.error('cannot parse CSeq header');
  return null;
}

/** An integer whose text is as the message spells it. */
function spelled(int: number, text: string): Value {
  return `${int}` === text ? int : new Dual(int, text, 'int');
}

const trimmed = (text: string): string => text.trim();

const hasBody = (ctx: ScriptContext): boolean => ctx.msg.headersEnd < ctx.msg.raw.length;
const headersText = (ctx: ScriptContext): string =>
  trimmed(ctx.msg.raw.slice(ctx.msg.firstLineEnd, ctx.msg.headersEnd));

/** First line, CSeq, Call-ID, body: what a message is made of. */
export const messagePvs: PvTable = {
  mi: readPv('Number of the message in this thread, from 1.', () => (ctx) => ctx.msg.id),
  rm: readPv('Method; of a reply, that of its CSeq.', (state) => (ctx) => method(state, ctx)),
  rmid: readPv("Number of the method, upstream's bit values.", (state) => (ctx) => method(state, ctx)?.int ?? null),
  rv: readPv('Version in the first line.', () => (ctx) => ctx.msg.version),
  rs: readPv('Status code of a reply; null in requests.', () => (ctx) => (ctx.msg.isRequest ? null : ctx.msg.status)),
  rsi: readPv('Status code of a reply; 0 in requests.', () => (ctx) => ctx.msg.status),
  rr: readPv('Reason phrase of a reply.', () => (ctx) => (ctx.msg.isRequest ? null : ctx.msg.reason)),
  mt: readPv('1 for requests, 2 for replies.', () => (ctx) => (ctx.msg.isRequest ? 1 : 2)),
  mts: readPv('"rq" for requests, "rp" for replies.', () => (ctx) => (ctx.msg.isRequest ? 'rq' : 'rp')),
  mb: readPv('The whole message as received.', () => (ctx) => ctx.msg.raw),
  mbu: readPv(
    'The whole message with pending changes applied.',
    () => (ctx) => (ctx.msg.hasEdits ? ctx.msg.edits.apply(ctx.msg.raw) : ctx.msg.raw),
  ),
  ml: readPv('Length of the message in bytes.', () => (ctx) => ctx.msg.raw.length),
  ci: readPv('Call-ID.', (state) => (ctx) => {
    const id = ctx.msg.callId;
    if (id === null) state.error('cannot parse Call-Id header');
    return id;
  }),
  cs: readPv('Number of the CSeq, as text.', (state) => (ctx) => cseq(state, ctx, () => ctx.msg.cseq!.numberText)),
  csb: readPv('Body of the CSeq header.', (state) => (ctx) => cseq(state, ctx, () => ctx.msg.bodyOf(Hdr.CSEQ))),
  cl: readPv('Content-Length.', () => (ctx) => {
    const text = ctx.msg.bodyOf(Hdr.CONTENT_LENGTH);
    return text === null ? null : spelled(Math.max(0, ctx.msg.contentLength), text);
  }),
  rb: readPv('Body of the message.', () => (ctx) => (hasBody(ctx) ? ctx.msg.body : null)),
  bs: readPv('Length of the body.', () => (ctx) => ctx.msg.body.length),
  msg: keyedPv('Attributes of the message.', 'msg', {
    len: () => (ctx) => ctx.msg.raw.length,
    buf: () => (ctx) => ctx.msg.raw,
    body: () => (ctx) => (hasBody(ctx) ? ctx.msg.body : null),
    body_len: () => (ctx) => ctx.msg.body.length,
    hdrs: () => headersText,
    hdrs_len: () => (ctx) => headersText(ctx).length,
    hdrc: () => (ctx) => ctx.msg.headerCount,
    fline: () => (ctx) => trimmed(ctx.msg.raw.slice(0, ctx.msg.firstLineEnd)),
    fpart: () => (ctx) => trimmed(ctx.msg.raw.slice(0, ctx.msg.headersEnd)),
    lpart: () => (ctx) => orNull(ctx.msg.raw.slice(ctx.msg.firstLineEnd)),
  }),
  msgbuf: pv({
    doc: 'The byte of the message at a position; an assignment changes it at once.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner) => {
      const at = (ctx: ScriptContext): number => {
        const n = Number(inner!.format(ctx));
        if (Number.isInteger(n) && n >= 0 && n < ctx.msg.raw.length) return n;
        state.error('index out of range');
        return -1;
      };
      return {
        read: (ctx) => {
          const n = at(ctx);
          return n < 0 ? null : ctx.msg.raw.charAt(n);
        },
        write: (ctx, value) => {
          const n = at(ctx);
          if (n < 0) return false;
          const text = givenText(value);
          if (text === null || text === '') return state.error('error - str value required');
          const { raw } = ctx.msg;
          return ctx.msg.reload(raw.slice(0, n) + text.charAt(0) + raw.slice(n + 1));
        },
      };
    },
  }),
};
