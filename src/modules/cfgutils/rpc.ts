import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, type RpcReply, reply } from '../../rpc/value.js';
import type { Cfgutils } from './state.js';

const { rpc } = entriesOf<Cfgutils>();

/** Calls `use` with the number that a call gives. */
function withNumber(state: Cfgutils, call: RpcCall, use: (n: number) => RpcReply): RpcReply {
  const scanned = call.scan('d');
  const [n] = scanned.ok ? scanned.args : [];
  if (typeof n === 'number') return use(n);
  state.host.log.warn('cfgutils', 'no parameters');
  return fault(500, 'Invalid Parameters');
}

export const RPC: Readonly<Record<string, RpcDef<Cfgutils>>> = {
  'cfgutils.is_gflag': rpc(
    'Checks if the bits specified by the argument are all set.',
    (state) => (call) => withNumber(state, call, (bits) => reply((state.gflags & bits) === bits ? 'TRUE' : 'FALSE')),
  ),
  'cfgutils.set_gflag': rpc(
    'Sets the bits specified by the argument.',
    (state) => (call) =>
      withNumber(state, call, (bits) => {
        state.setGflags(bits);
        return reply();
      }),
  ),
  'cfgutils.reset_gflag': rpc(
    'Resets the bits specified by the argument.',
    (state) => (call) =>
      withNumber(state, call, (bits) => {
        state.resetGflags(bits);
        return reply();
      }),
  ),
  'cfgutils.get_gflags': rpc('Return the value for global flags.', (state) => () => {
    const { gflags } = state;
    return reply(`0x${gflags.toString(16).toUpperCase()} (${gflags})`);
  }),
  'cfgutils.rand_set_prob': rpc(
    'Set the random probability.',
    (state) => (call) =>
      withNumber(state, call, (percent) => {
        if (percent < 0 || percent > 100) {
          state.error(`incorrect probability <${percent >>> 0}>`);
          return fault(500, 'Invalid Percent');
        }
        state.probability = percent;
        return reply();
      }),
  ),
  'cfgutils.rand_reset_prob': rpc('Reset the random probability.', (state) => () => {
    state.resetProbability();
    return reply();
  }),
  'cfgutils.rand_get_prob': rpc(
    'Get the random probability.',
    (state) => () => reply(`actual probability: ${state.probability} percent`),
  ),
  'cfgutils.get_config_hash': rpc('Get config hash value.', (state) => () => reply(state.configHash)),
  'cfgutils.check_config_hash': rpc('Check config hash value.', (state) => () => {
    const same = state.checkHash();
    if (typeof same === 'string') return fault(500, same);
    return reply(same ? 'Identical hash' : 'Different hash');
  }),
};
