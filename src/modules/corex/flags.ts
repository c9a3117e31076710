import { int, literal, text } from '../../registry/arguments.js';
import { entriesOf } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { RouteName } from '../../script/route-kind.js';
import { type Corex, INTERNAL_FLAGS, MAX_XFLAG, SOURCE } from './state.js';

const { fn } = entriesOf<Corex>();
const ANYWHERE: readonly RouteName[] = ['ANY'];
const RETURNS = { '1': 'done, or set', '-1': 'not set, or no such flag' };

/** An extended flag, 0 to 63: found word and bit, or a failure that is logged. */
function extended(doc: string, example: string, apply: (words: Uint32Array, word: number, bit: number) => boolean) {
  return fn([int('flag', '0 to 63')], { routes: ANYWHERE, doc, example, returns: RETURNS }, (state) => (ctx, flag) => {
    if (flag < 0 || flag > MAX_XFLAG) {
      state.host.log.error(SOURCE, `invalid xflag ${flag}`);
      return -1;
    }
    return apply(state.xflags(ctx.msg), flag >> 5, 1 << (flag & 31)) ? 1 : -1;
  });
}

const flagName = text('name', Object.keys(INTERNAL_FLAGS).join(', '));

/** The bit of an internal flag; 0 when there is none of that name, which is logged. */
function internalBit(state: Corex, name: string): number {
  const bit = INTERNAL_FLAGS[name];
  if (bit === undefined) state.host.log.error(SOURCE, `unsupported flag name [${name}]`);
  return bit ?? 0;
}

function viaFlag(doc: string, example: string, apply: (now: number, bit: number) => number | boolean) {
  return fn(
    [int('flag', '0 to 31')],
    { routes: ANYWHERE, doc, example, returns: RETURNS, since: '6.x' },
    (state) => (ctx, flag) => {
      if (flag < 0 || flag > 31) return -1;
      const result = apply(state.viaFlags(ctx.msg), 1 << flag);
      if (typeof result === 'boolean') return result ? 1 : -1;
      state.setViaFlags(ctx.msg, result);
      return 1;
    },
  );
}

const SAVED_VIA_FLAGS = /^[\da-f]{1,8}$/i;

/** Functions over the flag sets that a message has beside its message flags. */
export const FLAG_FUNCTIONS = {
  setxflag: extended('Sets an extended flag of the message.', 'setxflag("40");', (words, word, bit) => {
    words[word]! |= bit;
    return true;
  }),
  resetxflag: extended('Clears an extended flag of the message.', 'resetxflag("40");', (words, word, bit) => {
    words[word]! &= ~bit;
    return true;
  }),
  isxflagset: extended(
    'Tests an extended flag of the message.',
    'if (isxflagset("40")) xlog("set\\n");',
    (words, word, bit) => (words[word]! & bit) !== 0,
  ),
  msg_iflag_set: fn(
    [flagName],
    {
      routes: ANYWHERE,
      doc: 'Sets an internal flag of the message. A name that is none is passed over.',
      example: 'msg_iflag_set("USE_UAC_FROM");',
      returns: { '1': 'always' },
    },
    (state) => (ctx, name) => {
      state.setInternalFlags(ctx.msg, state.internalFlags(ctx.msg) | (INTERNAL_FLAGS[name] ?? 0));
      return 1;
    },
  ),
  msg_iflag_reset: fn(
    [flagName],
    {
      routes: ANYWHERE,
      doc: 'Clears an internal flag of the message.',
      example: 'msg_iflag_reset("USE_UAC_FROM");',
      returns: { '1': 'done', '-1': 'no such flag' },
    },
    (state) => (ctx, name) => {
      const bit = internalBit(state, name);
      if (bit === 0) return -1;
      state.setInternalFlags(ctx.msg, state.internalFlags(ctx.msg) & ~bit);
      return 1;
    },
  ),
  msg_iflag_is_set: fn(
    [flagName],
    {
      routes: ANYWHERE,
      doc: 'Tests an internal flag of the message.',
      example: 'if (msg_iflag_is_set("USE_UAC_FROM")) xlog("set\\n");',
      returns: { '1': 'set', '-1': 'no such flag', '-2': 'not set' },
    },
    (state) => (ctx, name) => {
      const bit = internalBit(state, name);
      if (bit === 0) return -1;
      return (state.internalFlags(ctx.msg) & bit) !== 0 ? 1 : -2;
    },
  ),
  msg_vbflag_set: viaFlag('Sets a Via flag of the message.', 'msg_vbflag_set("3");', (now, bit) => now | bit),
  msg_vbflag_reset: viaFlag('Clears a Via flag of the message.', 'msg_vbflag_reset("3");', (now, bit) => now & ~bit),
  msg_vbflag_is_set: viaFlag(
    'Tests a Via flag of the message.',
    'if (msg_vbflag_is_set("3")) xlog("set\\n");',
    (now, bit) => (now & bit) !== 0,
  ),
  msg_vbflag_parse: fn(
    [literal('param')],
    {
      routes: ANYWHERE,
      doc: 'Takes the Via flags from a parameter of the topmost Via, a hexadecimal number.',
      example: 'msg_vbflag_parse("vf");',
      since: '6.x',
    },
    (state) =>
      (ctx: ScriptContext, param): number => {
        const saved = ctx.msg.via1?.param(param.toLowerCase());
        if (!saved || !SAVED_VIA_FLAGS.test(saved)) return -1;
        state.setViaFlags(ctx.msg, Number.parseInt(saved, 16));
        return 1;
      },
  ),
};
