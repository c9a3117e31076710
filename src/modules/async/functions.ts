import { int, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo, type ParamSetting } from '../../registry/module.js';
import { type Async, DEFAULT_GROUP } from './state.js';

const { fn } = entriesOf<Async>();

const route = text('route', 'name of a route block');
const group = text('group', 'name of a group of worker threads');
const seconds = int('seconds', '1 to 99');
const milliseconds = int('milliseconds', '1 to 29999');

const SUSPENDED = { '0': 'suspended: the script ends (parameter return)', '-1': 'not suspended, logged' };
const QUEUED = { '1': 'a worker has it', '-1': 'no such route or group, or its queue is full' };

/** A function that suspends the transaction. */
const suspending = (doc: string, example: string): FunctionInfo => ({
  routes: ['REQUEST', 'FAILURE'],
  doc,
  example,
  returns: SUSPENDED,
});

const anywhere = (doc: string, example: string): FunctionInfo => ({ routes: ['ANY'], doc, example, returns: QUEUED });

/** Ours: with `continuation` a sleep waits where it stands. */
const continues = (_literals: readonly unknown[], settings: readonly ParamSetting[]): boolean =>
  settings.findLast(({ name }) => name === 'continuation')?.value === 1;

const sleeping = (doc: string, example: string): FunctionInfo => ({
  ...suspending(
    `${doc} Upstream, and by default, goes on with the next action of the same block only, in the context of a failure ` +
      'route; with continuation=1 everything goes on where it stood.',
    example,
  ),
  suspends: continues,
  continues: true,
  returns: { ...SUSPENDED, '1': 'with continuation=1: the time is over' },
});

export const functions: Readonly<Record<string, FunctionDef<Async>>> = {
  async_route: fn(
    [route, seconds],
    suspending('Suspends the transaction and runs a route for it some seconds later.', 'async_route("LATER", "5");'),
    (state) => (ctx, name, wait) => state.routeAfter(ctx, name, wait, 's'),
  ),
  async_ms_route: fn(
    [route, milliseconds],
    suspending(
      'Suspends the transaction and runs a route for it some milliseconds later, in the group `default` if there is one.',
      'async_ms_route("LATER", "250");',
    ),
    (state) => (ctx, name, wait) => state.routeAfter(ctx, name, wait, 'ms'),
  ),
  async_sleep: fn(
    [seconds],
    sleeping('Suspends the transaction for some seconds.', 'async_sleep("5"); t_reply("408", "Timeout");'),
    (state, site) =>
      state.continues
        ? (ctx, wait) => state.sleepHere(ctx, wait, 's')
        : (ctx, wait) => state.sleepThenRest(ctx, site.rest ?? null, wait, 's'),
  ),
  async_ms_sleep: fn(
    [milliseconds],
    sleeping(
      'Suspends the transaction for some milliseconds; it goes on in the group `default` if there is one.',
      'async_ms_sleep("250"); t_reply("408", "Timeout");',
    ),
    (state, site) =>
      state.continues
        ? (ctx, wait) => state.sleepHere(ctx, wait, 'ms')
        : (ctx, wait) => state.sleepThenRest(ctx, site.rest ?? null, wait, 'ms'),
  ),
  async_task_route: fn(
    [route],
    suspending(
      'Suspends the transaction and runs a route for it in a worker of the group `default`.',
      'async_task_route("WORK");',
    ),
    (state) => (ctx, name) => state.routeInGroup(ctx, name, DEFAULT_GROUP),
  ),
  async_task_group_route: fn(
    [route, group],
    suspending(
      'Suspends the transaction and runs a route for it in a worker of a group.',
      'async_task_group_route("WORK", "default");',
    ),
    (state) => (ctx, name, to) => state.routeInGroup(ctx, name, to),
  ),
  async_task_data: fn(
    [route, text('data', 'what $async(data) gives in the route')],
    anywhere(
      'Runs a route in a worker of the group `default`, over a local request, without a transaction.',
      'async_task_data("WORK", "$ru");',
    ),
    (state) => (_ctx, name, data) => state.data(name, data, DEFAULT_GROUP),
  ),
  async_task_group_data: fn(
    [route, group, text('data', 'what $async(data) gives in the route')],
    anywhere(
      'Runs a route in a worker of a group, over a local request, without a transaction.',
      'async_task_group_data("WORK", "default", "$ru");',
    ),
    (state) => (_ctx, name, to, data) => state.data(name, data, to),
  ),
  async_tkv_emit: fn(
    [int('type', 'a number of your own'), text('key'), text('value')],
    {
      ...anywhere(
        'Has a worker of the group async_tkv_gname run the event route async_tkv_evcb, where $atkv(type), $atkv(key) and $atkv(val) give the arguments.',
        'async_tkv_emit("1", "src", "$si");',
      ),
      since: '6.x',
    },
    (state) => (_ctx, type, key, value) => state.emit(type, key, value),
  ),
};
