import { createSocket, type Socket } from 'node:dgram';
import { WRITTEN_ADDRESS } from './case.js';

/** A loopback address that belongs to one run until it is released. */
export interface ClaimedAddress {
  readonly address: string;
  /** Text of a case, as this run uses it. */
  toRun(text: string): string;
  /** Text of this run, as cases and recordings write it. */
  toCase(text: string): string;
  release(): Promise<void>;
}

const GUARD_PORT = 5199;
/** Where the server and the client of cases listen: what an interrupted run left behind makes its address unusable. */
const CASE_PORTS = [5210, 5299];

/**
 * Every run gets an address of 127.0.0.0/8 of its own instead of ports of its own: ports stay as cases write them, so
 * message sizes and config columns are the same in every run. The address is nine characters long, as 127.0.0.1 is,
 * for the same reason. A socket on a port that no case uses keeps other processes off the address.
 */
export async function claimAddress(ipv6 = false): Promise<ClaimedAddress> {
  // There is one ::1 only; its guard makes runs that use it take turns.
  const shared = ipv6 ? await bindWhenFree('::1') : null;
  for (let tries = 0; tries < 500; tries++) {
    const digit = () => Math.floor(Math.random() * 10);
    const candidate = `127.${1 + Math.floor(Math.random() * 9)}.${digit()}.${1 + Math.floor(Math.random() * 9)}`;
    const guard = await bind(candidate);
    if (guard === null) continue;
    const trials = await Promise.all(CASE_PORTS.map((port) => bind(candidate, port)));
    for (const trial of trials) if (trial !== null) await close(trial);
    if (trials.includes(null)) {
      await close(guard);
      continue;
    }
    return {
      address: candidate,
      toRun: (text) => text.replaceAll(WRITTEN_ADDRESS, candidate),
      toCase: (text) => text.replaceAll(candidate, WRITTEN_ADDRESS),
      release: async () => {
        await close(guard);
        if (shared) await close(shared);
      },
    };
  }
  throw new Error('no loopback address could be claimed: this system has 127.0.0.1 only, or all are in use');
}

async function bindWhenFree(address: string): Promise<Socket> {
  for (let tries = 0; tries < 1200; tries++) {
    const guard = await bind(address);
    if (guard) return guard;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${address} stayed in use by another run`);
}

function bind(address: string, port = GUARD_PORT): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => resolve(null));
    socket.bind({ address, port, exclusive: true }, () => resolve(socket));
  });
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
