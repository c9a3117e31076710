import type { Statistics } from '../observe/statistics.js';
import type { ReceiveCounters } from './receive.js';

const CORE_COUNTERS: Readonly<Record<keyof ReceiveCounters, string>> = {
  rcv_requests: 'Requests received.',
  rcv_replies: 'Replies received.',
  drop_requests: 'Requests dropped before routing.',
  drop_replies: 'Replies dropped.',
  fwd_replies: 'Replies forwarded statelessly.',
  err_requests: 'Requests that failed in processing.',
  err_replies: 'Replies that failed in processing.',
  bad_msg_hdr: 'Messages with headers that cannot be parsed.',
};

/** The core's counters of received messages, registered under group `core`. */
export function receiveCounters(statistics: Statistics): ReceiveCounters {
  const counters = Object.entries(CORE_COUNTERS).map(([name, doc]) => [name, statistics.counter('core', name, doc)]);
  return Object.fromEntries(counters) as unknown as ReceiveCounters;
}
