import { defineModule, entriesOf } from '../../registry/module.js';
import { Rtimer } from './state.js';

export { Rtimer } from './state.js';

const { readPv } = entriesOf<Rtimer>();

export default defineModule({
  name: 'rtimer',
  doc: 'Runs route blocks at intervals.',
  params: {
    default_interval: {
      type: 'int',
      default: 120,
      min: 1,
      doc: 'Seconds between runs of the timers below this line that name no interval.',
    },
    timer: {
      type: 'list',
      value: 'string',
      doc:
        'A timer: `name=T;mode=M;interval=I`. With mode N each of N workers runs all routes at every tick; mode 0 is one. ' +
        'The interval is in seconds, or in microseconds with `u` behind it (a millisecond at least). The time of a run ' +
        'adds to the interval, unless `steady=1` is there, which upstream ignores.',
    },
    exec: {
      type: 'list',
      value: 'string',
      doc: 'A route that a timer above this line runs: `timer=T;route=R`. Of several the last one runs first.',
    },
  },
  pvs: {
    rtimer_worker: readPv(
      'Number of the worker that makes this run, from 0 on; 0 outside of timers.',
      (state) => (ctx) => state.worker(ctx),
    ),
  },
  configure: (host, _params, settings) => new Rtimer(host, settings),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
