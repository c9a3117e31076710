import { ArgumentError, type BindEnv } from '../../../registry/arguments.js';
import type { PvIndex } from '../../../registry/module.js';
import type { ScriptContext } from '../../../script/context.js';
import { isDefined, toText, type Value } from '../../../script/value.js';
import { joinValues, type PvTable, pv } from '../define.js';
import type { PvState } from '../state.js';
import { countXavps } from './xavp.js';
import { parseXavpName } from './xavp-name.js';

/**
 * The key of an AVP as attributes keep it: `s:x` is `x`, `i:5` stays apart from `5`. Declared aliases are followed.
 */
export function avpKey(state: PvState, name: string): string {
  const target = state.aliases.get(name.startsWith('$') ? name.slice(1) : name) ?? name;
  if (target.startsWith('s:') || target.startsWith('S:')) return target.slice(2);
  const integer = /^[iI]:(\d+)$/.exec(target);
  return integer === null ? target : `i:${Number(integer[1])}`;
}

/** The key, computed once for literal names and per access when a variable gives it. */
export function keyReader(state: PvState, text: string, env: BindEnv): string | ((ctx: ScriptContext) => string) {
  if (!text.startsWith('$') || state.aliases.has(text.slice(1))) return avpKey(state, text);
  const name = env.format(text);
  return (ctx) => avpKey(state, name(ctx));
}

/**
 * The value at an index. Negative indexes do what upstream's do: they find the newest value when they count all the way
 * back, and nothing else.
 */
function at(ctx: ScriptContext, key: string, index: number): Value {
  if (Number.isNaN(index)) return undefined;
  if (index >= 0) return ctx.attrs.get(key, index);
  return ctx.attrs.count(key) === -index ? ctx.attrs.get(key) : null;
}

function joined(ctx: ScriptContext, key: string): string | null {
  const values = ctx.attrs.all(key);
  return values.length === 0 ? null : joinValues(values.map(toText), ', ');
}

function reader(key: string | ((ctx: ScriptContext) => string), index: PvIndex): (ctx: ScriptContext) => Value {
  if (index.kind === 'none' && typeof key === 'string') return (ctx) => ctx.attrs.get(key);
  const keyIn = typeof key === 'string' ? () => key : key;
  if (index.kind === 'all') return (ctx) => joined(ctx, keyIn(ctx));
  if (index.kind === 'none') return (ctx) => ctx.attrs.get(keyIn(ctx));
  return (ctx) => at(ctx, keyIn(ctx), index.index(ctx));
}

/** `$avp(name)`, and `$cnt`, which counts values. */
export const avpPvs: PvTable = {
  avp: pv({
    doc: 'Attribute of the message and its transaction: a stack. An assignment pushes, $null removes the newest; [*] replaces or removes all.',
    inner: 'required',
    index: true,
    writable: true,
    bind: (state, inner, index, env) => {
      const key = keyReader(state, inner!.text, env);
      const keyIn = typeof key === 'string' ? () => key : key;
      const all = index.kind === 'all';
      return {
        read: reader(key, index),
        write: (ctx, value) => {
          const name = keyIn(ctx);
          if (index.kind === 'at' && Number.isNaN(index.index(ctx))) return false;
          if (all) ctx.attrs.set(name, value);
          else if (!isDefined(value)) ctx.attrs.pop(name);
          else
            ctx.attrs.push(
              name,
              typeof value === 'object' ? (value.primary === 'int' ? value.int : value.text) : value,
            );
          return true;
        },
      };
    },
  }),
  cnt: pv({
    doc: 'How many values an $avp or $xavp has.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner, _index, env) => {
      const m = /^\$\(?(avp|xavp)\((.*?)\)(?:\[\*\])?\)?$/.exec(inner!.text);
      if (m === null) throw new ArgumentError(`expected avp or xavp name instead of [${inner!.text}]`);
      if (m[1] === 'xavp') return { read: countXavps(parseXavpName(m[2]!, env)) };
      const key = keyReader(state, m[2]!, env);
      return { read: (ctx) => ctx.attrs.count(typeof key === 'string' ? key : key(ctx)) };
    },
  }),
};
