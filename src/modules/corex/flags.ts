import { int, literal, text } from '../../registry/arguments.js';
import { entriesOf } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { RouteName } from '../../script/route-kind.js';
import { type Corex, INTERNAL_FLAGS, MAX_XFLAG, SOURCE } from './state.js';

const { fn } = entriesOf<Corex>();
const ANYWHERE: readonly RouteName[] = ['ANY'];
const RETURNS = { '1': 'done, or set', '-1': 'not set, or no such flag' };

/** An extended flag, 0 to 63: found word and bit, or a failure that is logged. */
function extended(doc: string, apply: (words: Uint32Array, word: number, bit: number) => boolean) {
  return fn([int('flag', '0 to 63')], { routes: ANYWHERE, doc, returns: RETURNS }, (state) => (ctx, flag) => {
    if (flag < 0 || flag > MAX_XFLAG) {
      state.host.log.error(SOURCE, `invalid xflag ${flag}`);
      return -1;
    }
    return apply(state.xflags(ctx.msg), flag >> 5, 1 << (flag & 31)) ? 1 : -1;
  });
}

function internal(doc: string, apply: (now: number, bit: number) => number | boolean) {
  return fn(
    [text('name', Object.keys(INTERNAL_FLAGS).join(', '))],
    { routes: ANYWHERE, doc, returns: RETURNS },
    (state) => (ctx, name) => {
      const bit = INTERNAL_FLAGS[name];
      if (bit === undefined) {
        state.host.log.error(SOURCE, `unsupported flag name [${name}]`);
        return -1;
      }
      const result = apply(state.internalFlags(ctx.msg), bit);
      if (typeof result === 'boolean') return result ? 1 : -1;
      state.setInternalFlags(ctx.msg, result);
      return 1;
    },
  );
}

function viaFlag(doc: string, apply: (now: number, bit: number) => number | boolean) {
  return fn(
    [int('flag', '0 to 31')],
    { routes: ANYWHERE, doc, returns: RETURNS, since: '6.x' },
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
  setxflag: extended('Sets an extended flag of the message.', (words, word, bit) => {
    words[word]! |= bit;
    return true;
  }),
  resetxflag: extended('Clears an extended flag of the message.', (words, word, bit) => {
    words[word]! &= ~bit;
    return true;
  }),
  isxflagset: extended('Tests an extended flag of the message.', (words, word, bit) => (words[word]! & bit) !== 0),
  msg_iflag_set: internal('Sets an internal flag of the message.', (now, bit) => now | bit),
  msg_iflag_reset: internal('Clears an internal flag of the message.', (now, bit) => now & ~bit),
  msg_iflag_is_set: internal('Tests an internal flag of the message.', (now, bit) => (now & bit) !== 0),
  msg_vbflag_set: viaFlag('Sets a Via flag of the message.', (now, bit) => now | bit),
  msg_vbflag_reset: viaFlag('Clears a Via flag of the message.', (now, bit) => now & ~bit),
  msg_vbflag_is_set: viaFlag('Tests a Via flag of the message.', (now, bit) => (now & bit) !== 0),
  msg_vbflag_parse: fn(
    [literal('param')],
    {
      routes: ANYWHERE,
      doc: 'Takes the Via flags from a parameter of the topmost Via, a hexadecimal number.',
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
