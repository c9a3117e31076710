import type { Span } from '../../../grammar/source.js';
import { attribute } from './attributes.js';
import type { Subject } from './subject.js';
import { literal } from './walk.js';

/** A queue that the config declares. */
export interface QueueLine {
  readonly name: string;
  readonly size: number;
  readonly dbMode: number;
  readonly span: Span;
}

/** The queues of mqueue, in order: `mqueue_size` holds for the `mqueue_name` lines below it. */
export function queueLines(subject: Subject): QueueLine[] {
  const queues: QueueLine[] = [];
  let size = 0;
  for (const { name, value, span } of subject.params('mqueue')) {
    const text = `${value.value}`;
    if (name === 'mqueue_size') size = Number(value.value);
    else if (name === 'mqueue_name') queues.push({ name: text, size, dbMode: 0, span });
    else if (name === 'mqueue')
      queues.push({
        name: attribute(text, 'name') ?? '',
        size: Number(attribute(text, 'size') ?? 0) || 0,
        dbMode: Number(attribute(text, 'dbmode') ?? 0) || 0,
        span,
      });
  }
  return queues;
}

/** Functions of mqueue that name a queue first, and what they do to it. */
export const QUEUE_FUNCTIONS: Readonly<Record<string, 'adds' | 'takes' | 'looks'>> = {
  mq_add: 'adds',
  mq_fetch: 'takes',
  mq_peek: 'takes',
  mq_ack: 'takes',
  mq_requeue: 'looks',
  mq_pv_free: 'looks',
  mq_size: 'looks',
};

/** Pseudo-variables of mqueue, named after a queue. */
export const QUEUE_PVS = ['mqk', 'mqv', 'mq_size'];

/** Every literal name of a queue in routes. */
export function* queueNames(
  subject: Subject,
): Iterable<{ readonly name: string; readonly by: string; readonly span: Span }> {
  for (const { call, name } of subject.graph.calls(...Object.keys(QUEUE_FUNCTIONS))) {
    const queue = literal(call, 0);
    if (queue !== undefined) yield { name: queue, by: `${name}()`, span: call.span };
  }
  for (const { pv, span } of subject.graph.pvs(...QUEUE_PVS)) {
    if (pv.inner !== null && !pv.inner.includes('$')) yield { name: pv.inner, by: `$${pv.name}`, span };
  }
}
