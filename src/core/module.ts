import { defineModule } from '../registry/module.js';
import { CORE_FUNCTIONS } from './functions.js';
import { CORE_PVS } from './pvs.js';
import type { CoreState } from './state.js';

/** The core seen as a module: the functions and pseudo-variables that exist without any `loadmodule`. */
export const coreModule = defineModule<CoreState>({
  name: 'core',
  doc: 'Functions and pseudo-variables of the core.',
  functions: CORE_FUNCTIONS,
  pvs: CORE_PVS,
  configure: () => {
    throw new Error('the core’s state is made by the script thread');
  },
});
