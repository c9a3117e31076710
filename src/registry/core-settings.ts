import { CORE_PARAMS, type CoreParamDef, type CoreParamName } from './core-params.js';

/** The values of all core parameters, by upstream's names. */
export type CoreSettings = {
  [K in CoreParamName]: (typeof CORE_PARAMS)[K]['type'] extends 'int' ? number : string | null;
};

/** Every parameter at its default. */
export function defaultSettings(): CoreSettings {
  const values: Record<string, number | string | null> = {};
  for (const [name, def] of Object.entries(CORE_PARAMS) as [string, CoreParamDef][]) values[name] = def.default;
  return values as CoreSettings;
}
