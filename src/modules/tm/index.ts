import { defineModule } from '../../registry/module.js';
import { ARMING_FUNCTIONS } from './arming-functions.js';
import { CONTACT_FUNCTIONS } from './contact-functions.js';
import { PARAMS } from './params.js';
import { RELAY_FUNCTIONS } from './relay-functions.js';
import { RPC } from './rpc.js';
import { UAC_RPC } from './rpc-uac.js';
import { Tm } from './state.js';
import { TRANSACTION_FUNCTIONS } from './transaction-functions.js';
import { TUNING_FUNCTIONS } from './tuning-functions.js';

export { Tm } from './state.js';

export default defineModule({
  name: 'tm',
  doc: 'Stateful transactions: relaying, forking, retransmission, local requests.',
  params: PARAMS,
  functions: {
    ...TRANSACTION_FUNCTIONS,
    ...ARMING_FUNCTIONS,
    ...TUNING_FUNCTIONS,
    ...RELAY_FUNCTIONS,
    ...CONTACT_FUNCTIONS,
  },
  rpc: { ...RPC, ...UAC_RPC },
  eventRoutes: {
    'tm:branch-failure:<name>': 'A branch got a negative reply (`t_on_branch_failure`).',
    'tm:local-request': 'A request of this server’s own is about to leave.',
    'tm:local-response': 'A reply of this server’s own left.',
    'tm:local-ack-sent': 'The ACK to a 2xx of a local INVITE left.',
  },
  configure: (host, params) => new Tm(host, params),
  start: (tm) => tm.start(),
  stop: (tm) => tm.stop(),
});
