import { ArgumentError } from '../../../registry/arguments.js';
import type { ScriptContext } from '../../../script/context.js';
import { Dual, type Value } from '../../../script/value.js';
import { givenInt, type PvTable, pv, writablePv } from '../define.js';
import type { PvState } from '../state.js';

/** A set of 32 flags as a number, as eight hex digits, and one by one. */
interface FlagSet {
  readonly what: string;
  readonly get: (ctx: ScriptContext) => number;
  readonly set: (ctx: ScriptContext, flags: number) => void;
}

const MESSAGE_FLAGS: FlagSet = { what: 'msg flags', get: (ctx) => ctx.msg.flags, set: (ctx, v) => (ctx.msg.flags = v) };
const SCRIPT_FLAGS: FlagSet = { what: 'script flags', get: (ctx) => ctx.sflags, set: (ctx, v) => (ctx.sflags = v) };
const BRANCH_FLAGS: FlagSet = {
  what: 'branch 0 flags',
  get: (ctx) => ctx.msg.bflags,
  set: (ctx, v) => (ctx.msg.bflags = v),
};

function assignAll(state: PvState, flags: FlagSet): (ctx: ScriptContext, value: Value) => boolean {
  return (ctx, value) => {
    const n = value === null || value === undefined ? 0 : givenInt(value);
    if (n === null) return state.error(`assigning non-int value to ${flags.what}`);
    flags.set(ctx, n | 0);
    return true;
  };
}

function number(flags: FlagSet) {
  return writablePv(`All ${flags.what} as a number.`, (state) => ({
    read: (ctx) => flags.get(ctx) >>> 0,
    write: assignAll(state, flags),
  }));
}

function hex(flags: FlagSet) {
  return writablePv(`All ${flags.what} as eight hex digits.`, (state) => ({
    read: (ctx) => {
      const v = flags.get(ctx) >>> 0;
      return new Dual(v | 0, v.toString(16).padStart(8, '0'), 'string');
    },
    write: assignAll(state, flags),
  }));
}

function single(flags: FlagSet) {
  return pv({
    doc: `One of the ${flags.what}, by number or declared name: 1 or 0.`,
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner, _index, env) => {
      const bit = 1 << flagNumber(inner!.text, env.flag(inner!.text));
      return {
        read: (ctx) => ((flags.get(ctx) & bit) !== 0 ? 1 : 0),
        write: (ctx, value) => {
          if (value === null || value === undefined) flags.set(ctx, 0);
          else {
            const n = givenInt(value);
            if (n === null) return state.error(`assigning non-int value to ${flags.what}`);
            flags.set(ctx, n !== 0 ? flags.get(ctx) | bit : flags.get(ctx) & ~bit);
          }
          return true;
        },
      };
    },
  });
}

/** `$mf`, `$sf`, `$bf` and their other forms. */
export const flagPvs: PvTable = {
  mf: number(MESSAGE_FLAGS),
  mF: hex(MESSAGE_FLAGS),
  Mf: single(MESSAGE_FLAGS),
  sf: number(SCRIPT_FLAGS),
  sF: hex(SCRIPT_FLAGS),
  Sf: single(SCRIPT_FLAGS),
  bf: number(BRANCH_FLAGS),
  bF: hex(BRANCH_FLAGS),
  Bf: single(BRANCH_FLAGS),
};

function flagNumber(text: string, declared: number | null): number {
  const n = /^\d+$/.test(text) ? Number(text) : declared;
  if (n === null) throw new ArgumentError(`flag not declared: [${text}]`);
  if (n > 31) throw new ArgumentError(`bad flag value: [${text}]`);
  return n;
}
