import { ConfigError, defineModule } from '../../registry/module.js';
import { functions } from './functions/index.js';
import { rpcCommands } from './rpc.js';
import { PvState, parseAliases, parsePreset } from './state.js';
import { transformations } from './transformations/index.js';
import { pvs } from './variables/index.js';

const preset = (value: string): string | null =>
  parsePreset(value) === null ? `unable to set shv parameter [${value}]` : null;

/** Pseudo-variables and transformations (module pv). Its state holds the script variables of the thread. */
export default defineModule({
  name: 'pv',
  doc: 'Pseudo-variables and transformations.',
  params: {
    shvset: { type: 'list', value: 'string', doc: 'Presets a $shv: name=i:7 or name=s:text.', check: preset },
    varset: { type: 'list', value: 'string', doc: 'Presets a $var: name=i:7 or name=s:text.', check: preset },
    avp_aliases: { type: 'list', value: 'string', doc: 'Other names of AVPs: alias=s:name;alias2=i:5.' },
  },
  functions,
  pvs: { ...pvs, ...laterPvs() },
  transformations,
  rpc: rpcCommands,
  configure: (host, params) => {
    const state = new PvState(host);
    for (const text of params.shvset) {
      const { name, value } = required(text, 'shvset');
      state.sharedNames.add(name);
      // A thread that starts later must not undo what scripts have set.
      if (host.threadIndex === 0) state.setShared(name, value);
    }
    for (const text of params.varset) {
      const { name, value } = required(text, 'varset');
      state.vars.set(state.vars.slot(name), value);
    }
    for (const text of params.avp_aliases) parseAliases(text, state.aliases);
    return state;
  },
});

/** Variables that 5.6 does not have. */
function laterPvs(): typeof pvs {
  const names = 'recv cts ctu En Er Es Et Ec Eq Ek Ei Ej Eb Ev ful rul tts shvinc'.split(' ');
  return Object.fromEntries(names.flatMap((name) => (pvs[name] ? [[name, { ...pvs[name], since: '6.x' }]] : [])));
}

function required(text: string, param: string) {
  const parsed = parsePreset(text);
  if (parsed === null) throw new ConfigError(`unable to set shv parameter [${text}]`, param);
  return parsed;
}
