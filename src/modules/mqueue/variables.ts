import { entriesOf, type PvDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { Value } from '../../script/value.js';
import type { Queue } from './queue.js';
import type { Mqueue } from './state.js';

const { pv } = entriesOf<Mqueue>();

type Read = (state: Mqueue, ctx: ScriptContext, queue: Queue, name: string) => Value;

/** A variable of one queue; the name in parentheses may be a variable. Of a queue that is not there, the read fails. */
function queuePv(doc: string, read: Read): PvDef<Mqueue> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner, _index, env) => {
      const name = env.format(inner?.text ?? '');
      return {
        read: (ctx) => {
          const of = name(ctx);
          const queue = state.queue(of);
          if (queue !== undefined) return read(state, ctx, queue, of);
          state.error(`mqueue not found: ${of}`);
          return undefined;
        },
      };
    },
  });
}

export const variables: Readonly<Record<string, PvDef<Mqueue>>> = {
  mqk: queuePv(
    'Key of the item taken out last; null without one, and when it is empty.',
    (state, ctx, _queue, name) => state.shown(ctx, name)?.item.key || null,
  ),
  mqv: queuePv(
    'Value of the item taken out last; null without one, and when it is empty.',
    (state, ctx, _queue, name) => state.shown(ctx, name)?.item.value || null,
  ),
  mq_size: queuePv('Number of items in a queue.', (_state, _ctx, queue) => queue.size),
};
