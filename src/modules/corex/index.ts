import { resolve } from 'node:path';
import { parseFixedRecord, readFixedRecords } from '../../net/fixed-records.js';
import { ConfigError, defineModule } from '../../registry/module.js';
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
      doc: 'A record that takes the place of the DNS: `type=A;name=example.com;addr=192.0.2.1;ttl=3600;flags=0`, of type A, AAAA or SRV (with `port`, `priority`, `weight`). Flag 1: the name does not resolve; flag 2: it stays.',
    },
    dns_file: {
      type: 'list',
      value: 'string',
      doc: 'A file with such records, one on each line.',
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
    for (const text of params.dns_cache) {
      const record = parseFixedRecord(text);
      if (typeof record === 'string') throw new ConfigError(`failed to add record: ${text} (${record})`, 'dns_cache');
      host.resolver.fixed.add(record);
    }
    for (const file of params.dns_file) {
      try {
        for (const record of readFixedRecords(resolve(host.configDir, file))) host.resolver.fixed.add(record);
      } catch (e) {
        throw new ConfigError(`failed to add records: ${(e as Error).message}`, 'dns_file');
      }
    }
    for (const text of params.alias_subdomains) state.addSubdomains(text);
    if (state.subdomains.length > 0) host.addMyselfCheck((name, port, proto) => state.isSubdomain(name, port, proto));
    return state;
  },
});
