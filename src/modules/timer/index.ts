import { ArgumentError, parsed } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import { type RouteTimer, RouteTimers } from './state.js';

export { RouteTimers } from './state.js';

const { fn } = entriesOf<RouteTimers>();

const timerName = parsed<RouteTimer>('timer', (name, env) => {
  const timer = (env.moduleState('timer') as RouteTimers | undefined)?.timer(name);
  if (timer === undefined) throw new ArgumentError(`timer '${name}' not declared`);
  return timer;
});

const onOff = parsed('enable', (text) => Number.parseInt(text, 10) !== 0 && /^\s*[+-]?\d/.test(text), '1 or 0');

export default defineModule({
  name: 'timer',
  doc: 'Runs route blocks at intervals; scripts switch the timers on and off. `@timer.executed` names the timer that runs.',
  params: {
    declare_timer: {
      type: 'list',
      value: 'string',
      doc: 'A timer: `name=route,milliseconds[,slow|fast[,enable]]`. Without `enable` it waits for `timer_enable`.',
    },
  },
  functions: {
    timer_enable: fn(
      [timerName, onOff],
      {
        routes: ['ANY'],
        doc: 'Switches a timer on, or off at its next tick.',
        example: 'timer_enable("t", 1);',
        returns: { '1': 'always' },
      },
      () => (_ctx, timer, on) => {
        if (on) timer.enable();
        else timer.disable();
        return 1;
      },
    ),
  },
  configure: (host, _params, settings) => new RouteTimers(host, settings),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
