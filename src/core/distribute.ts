import { packReceive, ROUTE, type WireMessage } from '../net/wire.js';
import type { Log } from '../observe/log.js';
import { overloadedMessages, type Statistics } from '../observe/statistics.js';
import type { CoreSettings } from '../registry/core-settings.js';
import type { Hooks } from '../registry/host.js';
import { ROUTING_GROUP, type Threads } from '../registry/threads.js';
import type { SipMessage } from '../sip/message.js';
import type { ListenSocket } from '../sip/receive-info.js';

/** The group that routes all of UDP with `udp_receiver_mode=1`. */
const UDP_GROUP = 'udp';

/** Which sockets have their messages routed by the workers of a group (`udp_receiver_mode`). */
const ReceiverMode = { OWN_THREAD: 0, ALL_UDP: 1, BY_SOCKET: 2 } as const;

type Listening = Pick<ListenSocket, 'proto'> & { readonly agname?: string | undefined };

/** The group of the config that routes what a socket receives; empty when it names none. */
function groupOf(socket: Listening, mode: number): string {
  if (socket.proto !== 'udp') return '';
  if (mode === ReceiverMode.ALL_UDP) return UDP_GROUP;
  return mode === ReceiverMode.BY_SOCKET ? (socket.agname ?? '') : '';
}

/** One sentence for each group that is to route messages and that the config does not declare. */
export function undeclaredGroups(
  sockets: readonly Listening[],
  { udp_receiver_mode }: Pick<CoreSettings, 'udp_receiver_mode'>,
  declared: readonly { readonly name: string }[],
): string[] {
  const wanted = new Set(sockets.map((socket) => groupOf(socket, udp_receiver_mode)));
  wanted.delete('');
  for (const { name } of declared) wanted.delete(name);
  return [...wanted].map(
    (name) =>
      `udp_receiver_mode=${udp_receiver_mode} has messages routed by the worker group ${name}, which is not declared:` +
      ` async_workers_group="name=${name};workers=4"`,
  );
}

export interface DistributorParts {
  readonly threads: Threads;
  readonly settings: CoreSettings;
  readonly hooks: Hooks;
  readonly log: Log;
  readonly statistics: Statistics;
}

/**
 * Gives messages to the threads that route them: what belongs to a transaction to the thread that has it, others to the
 * workers that their socket asks for (the least busy one), or that `--workers` brings (the same one for one call).
 * @returns what tells whether it took a message; null where thread 0 routes everything
 */
export function distributor(parts: DistributorParts): ((msg: SipMessage) => boolean) | null {
  const { threads, settings, hooks, log, statistics } = parts;
  const mode = settings.udp_receiver_mode;
  const others = threads.groups.some(({ name }) => name === ROUTING_GROUP) ? ROUTING_GROUP : '';
  if (threads.index !== 0 || (others === '' && mode === ReceiverMode.OWN_THREAD)) return null;
  const overloaded = overloadedMessages(statistics);
  return (msg) => {
    const { callId, via1, received } = msg;
    const named = groupOf(received.socket, mode);
    const group = named === '' ? others : named;
    // What lacks these is refused, which any thread can do.
    if (group === '' || callId === null || via1 === null) return false;
    for (const elsewhere of hooks.elsewhere) if (elsewhere(msg, false)) return true;
    const letter: WireMessage = { raw: msg.raw, from: packReceive(received) };
    if (threads.dispatch(group, ROUTE, letter, named === '' ? callId : undefined) < 0) {
      overloaded.inc();
      log.warn('<core>', 'a message is dropped: its worker has too many already');
    }
    return true;
  };
}
