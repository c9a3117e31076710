import { fault, type RpcStruct, reply, struct } from '../../rpc/value.js';
import { equalsIgnoreCase } from '../../sip/chars.js';
import { rpc } from './define.js';
import type { PvState } from './state.js';

function variable(state: PvState, name: string): RpcStruct {
  const value = state.getShared(name);
  return typeof value === 'string'
    ? struct({ name, type: 'string', value })
    : struct({ name, type: 'int', value: Number(value ?? 0) });
}

/** A $shv exists when the config names it, or something has set it. */
function exists(state: PvState, name: string): boolean {
  return state.sharedNames.has(name) || state.shared.has(name);
}

/** `pv.shvGet` and `pv.shvSet`. */
export const rpcCommands = {
  'pv.shvGet': rpc('Value of one $shv, or of all.', (state) => (call) => {
    const [name] = scanned(call.scan('*S'));
    if (name === undefined) {
      return reply(struct({ items: struct([...state.sharedNames].map((n) => ['shv', variable(state, n)] as const)) }));
    }
    const text = `${name}`;
    return exists(state, text) ? reply(variable(state, text)) : fault(404, 'Variable not found');
  }),
  'pv.shvSet': rpc('Sets a $shv: name, type (int or str), value.', (state) => (call) => {
    const [name] = scanned(call.scan('S'));
    if (name === undefined) return fault(500, 'Missing parameter varname (Parameters: varname type value)');
    const [type] = scanned(call.scan('S'));
    if (type === undefined) return fault(500, 'Missing parameter type (Parameters: varname type value)');
    const isInt = equalsIgnoreCase(`${type}`, 'int');
    if (!isInt && !equalsIgnoreCase(`${type}`, 'str')) return fault(500, 'Unknown parameter type (Types: int or str)');
    const [value] = scanned(call.scan(isInt ? 'd' : 'S'));
    if (value === undefined) {
      const what = isInt ? 'integer parameter value' : 'parameter value';
      return fault(500, `Missing ${what} (Parameters: varname type value)`);
    }
    if (!exists(state, `${name}`)) return fault(404, 'Variable not found');
    state.setShared(`${name}`, typeof value === 'boolean' ? Number(value) : value);
    return reply('Ok. Variable set to new value.');
  }),
};

function scanned(result: { readonly ok: boolean; readonly args?: readonly unknown[] }) {
  return (result.ok ? (result.args ?? []) : []) as readonly (string | number | bigint | boolean | undefined)[];
}
