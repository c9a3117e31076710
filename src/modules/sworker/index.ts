import { text } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import { Sworker } from './state.js';

export { Sworker } from './state.js';

const { fn } = entriesOf<Sworker>();

const ROUTES = ['REQUEST', 'CORE_ONREPLY'] as const;

export default defineModule({
  name: 'sworker',
  doc: 'Hands received messages to groups of worker threads (async_workers_group), which parse and route them.',
  params: {
    xdata: {
      type: 'string',
      default: null,
      doc: 'A writable variable, such as `$var(x)`, whose text goes with the message and is set in the worker.',
    },
    affinity: {
      type: 'int',
      default: 0,
      min: 0,
      max: 1,
      doc: 'Ours. 1: all messages of one Call-ID go to the same worker of a group and keep their order.',
    },
  },
  functions: {
    sworker_task: fn(
      [text('group', 'name of a group of worker threads')],
      {
        routes: ROUTES,
        doc: 'In event_route[core:pre-routing], hands the message to a worker of the group. A drop must follow, or the message is routed here as well.',
        example: 'event_route[core:pre-routing] { if (sworker_task("default")) { drop; } }',
        returns: { '1': 'a worker has it', '-1': 'no such group, its queue is full, or not in core:pre-routing' },
      },
      (state) => (ctx, group) => state.task(ctx, group),
    ),
    sworker_active: fn(
      [],
      {
        routes: ROUTES,
        doc: 'Whether a worker runs this route over a message that was handed to it.',
        example: 'if (sworker_active()) { xinfo("in a worker\\n"); }',
        returns: { '1': 'yes', '-1': 'no' },
      },
      (state) => (ctx) => (state.isActive(ctx) ? 1 : -1),
    ),
  },
  statistics: {
    tasks: 'Messages handed to workers.',
    refused: 'Messages that no worker took.',
  },
  configure: (host, params) => new Sworker(host, params, params.affinity === 1),
});
