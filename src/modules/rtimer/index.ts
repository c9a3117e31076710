import { defineModule, entriesOf, type ParamSetting } from '../../registry/module.js';
import type { ThreadGroupSpec } from '../../registry/threads.js';
import { groupOf, timerSpecs } from './spec.js';
import { Rtimer } from './state.js';

export { Rtimer } from './state.js';

const { readPv } = entriesOf<Rtimer>();

/** A group for each timer that asks for processes of its own. Lines that are wrong are refused later, where they stand. */
function groupsOf(settings: readonly ParamSetting[]): ThreadGroupSpec[] {
  try {
    return timerSpecs(settings).flatMap((spec) => {
      const name = groupOf(spec);
      if (name === null) return [];
      const shown = { text: `RTIMER EXEC child=%d timer=${spec.name}`, rank: -1 };
      return [{ name, workers: spec.mode, nonblock: false, usleep: 0, queue: 1, shown }];
    });
  } catch {
    return [];
  }
}

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
    threads: {
      type: 'int',
      default: 0,
      min: 0,
      max: 1,
      doc:
        'Ours. 1: each worker of a timer of mode 1 or more has a thread of its own, as upstream gives it a process: for routes ' +
        'that compute long. 0: thread 0 runs all timers between messages; what waits in a route holds up nobody.',
    },
    exec: {
      type: 'list',
      value: 'string',
      doc: 'A route that a timer above this line runs: `timer=T;route=R`. Of several the last one runs first.',
    },
  },
  threadGroups: ({ threads }, settings) => (threads === 1 ? groupsOf(settings) : []),
  pvs: {
    rtimer_worker: readPv(
      'Number of the worker that makes this run, from 0 on; 0 outside of timers.',
      (state) => (ctx) => state.worker(ctx),
    ),
  },
  configure: (host, params, settings) => new Rtimer(host, settings, params.threads === 1),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
