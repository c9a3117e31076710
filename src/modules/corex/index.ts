import { defineModule } from '../../registry/module.js';
import { FLAG_FUNCTIONS } from './flags.js';
import { Interceptor } from './intercept.js';
import { NETWORK_FUNCTIONS } from './network.js';
import { watchReplies } from './reply-out.js';
import { RPC } from './rpc.js';
import { SENDING_FUNCTIONS } from './sending.js';
import { Corex } from './state.js';
import { PVS, TRANSFORMATIONS } from './variables.js';

export default defineModule({
  name: 'corex',
  doc: 'Branches, raw sending, sockets, extended flags: what upstream added to the core without touching its grammar.',
  params: {
    alias_subdomains: {
      type: 'list',
      value: 'string',
      doc: '`[proto:]domain[:port]`: the domain and everything below it is this server.',
    },
    dns_cache: {
      type: 'list',
      value: 'string',
      doc: 'A record to put into the DNS cache.',
      noEffect: 'use /etc/hosts, which is asked before the DNS.',
    },
    dns_file: {
      type: 'list',
      value: 'string',
      doc: 'A file of records to put into the DNS cache.',
      noEffect: 'use /etc/hosts, which is asked before the DNS.',
    },
    nio_intercept: {
      type: 'int',
      default: 0,
      doc: 'Whether event_route[network:msg] sees packets as they come and go.',
    },
    nio_min_msg_len: {
      type: 'int',
      default: 0,
      doc: 'Length in bytes of the shortest packet that event_route[network:msg] sees.',
    },
    nio_msg_avp: {
      type: 'string',
      default: null,
      doc: 'The AVP, as `$avp(name)`, whose text takes the place of the packet.',
    },
    evcb_reply_out: {
      type: 'string',
      default: null,
      doc: 'A KEMI function for sent replies.',
      noEffect: 'there is no KEMI engine.',
    },
  },
  functions: { ...SENDING_FUNCTIONS, ...NETWORK_FUNCTIONS, ...FLAG_FUNCTIONS },
  pvs: PVS,
  transformations: TRANSFORMATIONS,
  rpc: RPC,
  eventRoutes: {
    'network:msg': 'With `nio_intercept`: over each packet, its text in `$mb`, before it is read and before it leaves.',
    'corex:reply-out': 'Over each reply on its way to the client (6.x).',
  },
  configure(host, params) {
    const state = new Corex(host);
    if (params.nio_intercept !== 0)
      state.interceptor = new Interceptor(host, { minLength: params.nio_min_msg_len, avp: params.nio_msg_avp });
    watchReplies(host);
    for (const text of params.alias_subdomains) state.addSubdomains(text);
    if (state.subdomains.length > 0) host.addMyselfCheck((name, port, proto) => state.isSubdomain(name, port, proto));
    return state;
  },
});
