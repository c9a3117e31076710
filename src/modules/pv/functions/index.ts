import type { FunctionDef } from '../../../registry/module.js';
import type { PvState } from '../state.js';
import { branchFunctions } from './branches.js';
import { valueFunctions } from './values.js';
import { xavpFunctions } from './xavps.js';

/** Every function of the module. */
export const functions: Readonly<Record<string, FunctionDef<PvState> | readonly FunctionDef<PvState>[]>> = {
  ...valueFunctions,
  ...xavpFunctions,
  ...branchFunctions,
};
