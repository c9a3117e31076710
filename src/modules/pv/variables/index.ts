import type { PvTable } from '../define.js';
import { authPvs } from './auth.js';
import { avpPvs } from './avp.js';
import { branchPvs } from './branches.js';
import { environmentPvs, punctuationPvs } from './environment.js';
import { flagPvs } from './flags.js';
import { fromToPvs } from './from-to.js';
import { headerPvs, knownHeaderPvs } from './headers.js';
import { messagePvs } from './message.js';
import { networkPvs, packetPvs } from './network.js';
import { requestUriPvs } from './request-uri.js';
import { scriptVariablePvs } from './script-variables.js';
import { timePvs } from './time.js';
import { viaPvs } from './via.js';
import { xavpPvs } from './xavp.js';

/** Every pseudo-variable of the module. */
export const pvs: PvTable = {
  ...requestUriPvs,
  ...fromToPvs,
  ...messagePvs,
  ...flagPvs,
  ...headerPvs,
  ...knownHeaderPvs,
  ...authPvs,
  ...viaPvs,
  ...networkPvs,
  ...packetPvs,
  ...branchPvs,
  ...scriptVariablePvs,
  ...avpPvs,
  ...xavpPvs,
  ...timePvs,
  ...environmentPvs,
  ...punctuationPvs,
};
