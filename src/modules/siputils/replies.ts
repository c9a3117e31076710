import { literal } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Method } from '../../sip/methods.js';
import type { Siputils } from './state.js';

const { fn } = entriesOf<Siputils>();

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

function optionsReply(state: Siputils, ctx: ScriptContext): number {
  const { msg } = ctx;
  if (msg.methodId !== Method.OPTIONS) {
    return state.error(`called for non-OPTIONS request (${msg.methodId}!=${Method.OPTIONS})`);
  }
  const uri = msg.parsedUri;
  if (uri === null) return state.error('ERROR while parsing the R-URI');
  if (uri.user !== '') return state.error('ruri contains username');
  const { settings } = state;
  msg.replyEdits.headers.push(
    `Accept: ${settings.optionsAccept}\r\n` +
      `Accept-Encoding: ${settings.optionsAcceptEncoding}\r\n` +
      `Accept-Language: ${settings.optionsAcceptLanguage}\r\n` +
      `Supported: ${settings.optionsSupport}\r\n`,
  );
  return state.sl.replyEither(ctx, 200, 'OK') < 0 ? state.error('failed to send 200 via send_reply') : 1;
}

function appendRpid(state: Siputils, ctx: ScriptContext, prefix: string, suffix: string): number {
  const rpid = state.rpid(ctx);
  if (rpid === null || rpid === '') return -1;
  ctx.msg.edits.insertBefore(ctx.msg.headersEnd, `Remote-Party-ID: ${prefix}${rpid}${suffix}\r\n`);
  return 1;
}

const rpidInfo = (example: string) =>
  ({
    routes: ['REQUEST', 'FAILURE', 'BRANCH'],
    doc: `Adds a Remote-Party-ID from \`rpid_avp\`. ${NOT_VISIBLE}`,
    example,
    returns: { '1': 'added', '-1': 'the variable holds no text' },
  }) as const;

export const REPLIES: Readonly<Record<string, FunctionDef<Siputils> | readonly FunctionDef<Siputils>[]>> = {
  options_reply: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Answers an OPTIONS that is for the server itself.',
      example: 'options_reply();',
      returns: { '1': 'answered', '-1': 'not OPTIONS, or the Request-URI has a user' },
    },
    (state) => (ctx) => optionsReply(state, ctx),
  ),
  append_rpid_hf: [
    fn([], rpidInfo('append_rpid_hf();'), (state) => (ctx) => {
      return appendRpid(state, ctx, state.settings.rpidPrefix, state.settings.rpidSuffix);
    }),
    fn(
      [literal('prefix'), literal('suffix')],
      rpidInfo('append_rpid_hf("<", ">;party=calling");'),
      (state) => (ctx, prefix, suffix) => appendRpid(state, ctx, prefix, suffix),
    ),
  ],
};
