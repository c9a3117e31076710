import { entriesOf } from '../../registry/module.js';
import { list, reply, struct } from '../../rpc/value.js';
import type { Corex } from './state.js';

const { rpc } = entriesOf<Corex>();

/** Memory as these commands show it: the JavaScript heap stands for upstream's pools. */
function heap() {
  const { heapTotal, heapUsed, rss } = process.memoryUsage();
  return struct({
    total: rss,
    free: heapTotal - heapUsed,
    used: heapUsed,
    real_used: heapTotal,
    max_used: heapTotal,
    fragments: 1,
  });
}

/** RPC commands of corex. */
export const RPC = {
  'corex.list_sockets': rpc(
    'Sockets the server listens on.',
    (_s, host) => () =>
      list(
        host.network.sockets.map((s) =>
          struct({
            PROTO: s.proto,
            NAME: s.address,
            ADDRLIST: struct({ ADDR: s.address }),
            PORT: `${s.port}`,
            MCAST: 'no',
            MHOMED: 'no',
            VIRTUAL: s.virtual ? 'yes' : 'no',
            ...(host.compat === '5.6' ? { SOCKNAME: s.name || '-' } : { AF: s.family === 4 ? 'ipv4' : 'ipv6' }),
            ADVERTISE: s.advertisedAddress ?? '-',
          }),
        ),
      ),
  ),
  'corex.list_aliases': rpc(
    'Domains of alias_subdomains.',
    (state) => () =>
      list(
        state.subdomains.map((s) =>
          struct({ PROTO: s.proto || '*', ADDR: s.domain, PORT: s.port === 0 ? '*' : `${s.port}` }),
        ),
      ),
  ),
  'corex.debug': rpc('Gives the log level, or sets it.', (_s, host) => (call) => {
    const read = call.scan('*d');
    const before = host.log.level;
    const level = read.ok && read.count > 0 ? read.args[0] : undefined;
    if (typeof level !== 'number') return reply(struct({ debug: before }));
    host.log.level = level;
    return reply(struct({ old: before, new: level }));
  }),
  'corex.shm_status': rpc('Logs the memory in use.', (_s, host) => () => {
    host.log.info('corex', JSON.stringify(process.memoryUsage()));
    return reply();
  }),
  'corex.shm_summary': rpc('Logs the memory in use.', (_s, host) => () => {
    host.log.info('corex', JSON.stringify(process.memoryUsage()));
    return reply();
  }),
  'corex.pkg_summary': rpc('Logs the memory in use.', (_s, host) => () => {
    host.log.info('corex', JSON.stringify(process.memoryUsage()));
    return reply();
  }),
  'shm.info': rpc('Memory in use: the JavaScript heap stands for the shared memory pool.', () => () => reply(heap())),
  'shm.stats': rpc('Memory in use.', () => () => reply(heap())),
  'shm.report': rpc('Memory in use.', () => () => reply(heap())),
  'shm.rprint': rpc('Memory in use.', () => () => reply(heap())),
};
