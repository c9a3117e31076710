import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { listenSocket } from '../../../src/net/listen-socket.js';
import type { Destination, Network } from '../../../src/net/transport.js';
import type { LetterHandler, Threads } from '../../../src/registry/threads.js';
import { serveWorkerNetworks, WorkerNetwork } from '../../../src/threads/worker-network.js';

/** Two threads whose letters arrive at once, copied as between real ones. */
function pair(): [Threads, Threads] {
  const handlers = [new Map<string, LetterHandler>(), new Map<string, LetterHandler>()];
  const thread = (index: number) => ({
    index,
    handle: (kind: string, run: LetterHandler) => void handlers[index]!.set(kind, run),
    send: (to: number, kind: string, payload: unknown) =>
      void handlers[to]!.get(kind)?.(structuredClone(payload) as never, index),
  });
  return [thread(0), thread(1)] as unknown as [Threads, Threads];
}

const tcp = listenSocket(0, { proto: 'tcp', address: '127.0.0.1', port: 5060 }, 5060);
const to: Destination = { proto: 'tcp', address: '127.0.0.1', port: 5070, socket: tcp, connectionId: 0 };

function setup(outcome: boolean) {
  const [main, worker] = pair();
  const sent: { data: string; undelivered: (() => void) | undefined }[] = [];
  const network = {
    sockets: [tcp],
    send: (_: Destination, data: string, undelivered?: () => void) => {
      sent.push({ data, undelivered });
      return outcome;
    },
  } as unknown as Network;
  const mine = new WorkerNetwork({ clock: new VirtualClock() }, worker);
  mine.adopt([tcp]);
  serveWorkerNetworks(main, network);
  return { mine, sent };
}

it('tells a worker that its message could not be sent over a connection of thread 0', () => {
  const { mine, sent } = setup(true);
  const lost: string[] = [];
  expect(mine.send(to, 'one', () => lost.push('one'))).toBe(true);
  expect(mine.send(to, 'two', () => lost.push('two'))).toBe(true);
  expect(mine.send(to, 'three')).toBe(true);
  expect(sent.map((s) => `${s.data} ${s.undelivered !== undefined}`)).toEqual(['one true', 'two true', 'three false']);
  sent[1]!.undelivered!();
  sent[1]!.undelivered!();
  expect(lost).toEqual(['two']);
});

it('tells it as well when thread 0 cannot send at all', () => {
  const { mine } = setup(false);
  const lost: string[] = [];
  expect(mine.send(to, 'one', () => lost.push('one'))).toBe(true);
  expect(lost).toEqual(['one']);
});
