import type { Stored } from '../../../script/attributes.js';
import { Dual, isDefined, type Value } from '../../../script/value.js';
import { type PvTable, pv } from '../define.js';
import type { PvState } from '../state.js';

/** As assignments store it, without a call on the way for plain values. */
function stored(value: Value): Stored | null {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof Dual) return value.primary === 'int' ? value.int : value.text;
  return isDefined(value) ? value : null;
}

/** A variable per thread. Names are literal: `$var($var(x))` is a variable of that odd name. */
function scriptVariable(doc: string, unset: 0 | null, slotOf: (state: PvState, name: string) => number) {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner) => {
      const slot = slotOf(state, inner!.text);
      const { values } = state.vars;
      return {
        read: (ctx) => (ctx.vars ?? values)[slot] ?? unset,
        write: (ctx, value) => {
          (ctx.vars ?? values)[slot] = stored(value) ?? unset;
          return true;
        },
      };
    },
  });
}

const zero = scriptVariable('Script variable; 0 until assigned, kept from message to message.', 0, (state, name) =>
  state.vars.slot(name),
);

/** `$var`, `$vn`, `$shv`. */
export const scriptVariablePvs: PvTable = {
  var: zero,
  vz: zero,
  vn: scriptVariable('Script variable; null until assigned, kept from message to message.', null, (state, name) =>
    state.vars.nullableSlot(name),
  ),
  shv: pv({
    doc: 'Variable shared by all script threads; 0 until assigned.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner) => {
      const name = inner!.text;
      state.sharedNames.add(name);
      return {
        read: () => state.getShared(name),
        write: (_ctx, value) => state.setShared(name, value),
      };
    },
  }),
  shvinc: pv({
    doc: 'Adds 1 to an integer $shv and gives the sum; 0 when it holds text.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = inner!.text;
      state.sharedNames.add(name);
      return { read: () => (typeof state.getShared(name) === 'string' ? 0 : state.shared.incr(name)) };
    },
  }),
};
