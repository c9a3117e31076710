import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel knows of sockets and processes: how the harness sees that a server has nothing left to do. */

export interface SocketRow {
  readonly port: number;
  /** Bytes that wait to be read. */
  readonly queued: number;
  readonly listening: boolean;
}

/** UDP sockets bound to an IPv4 address; TCP sockets and those of ::1 as well when wanted (each is one more file to read). */
export function socketsOf(address: string, also: { readonly tcp: boolean; readonly ipv6: boolean }): SocketRow[] {
  const v4 = address.split('.').reverse();
  const wanted = v4.map((d) => Number(d).toString(16).padStart(2, '0').toUpperCase()).join('');
  const found = rows('/proc/net/udp', wanted, '07');
  if (also.tcp) found.push(...rows('/proc/net/tcp', wanted, '0A'));
  if (also.ipv6) found.push(...rows('/proc/net/udp6', LOOPBACK6, '07'));
  if (also.tcp && also.ipv6) found.push(...rows('/proc/net/tcp6', LOOPBACK6, '0A'));
  return found;
}

/** ::1 as the kernel prints it. */
const LOOPBACK6 = '00000000000000000000000001000000';

function rows(file: string, address: string, listening: string): SocketRow[] {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return [];
  }
  const found: SocketRow[] = [];
  for (let at = text.indexOf(`: ${address}:`); at >= 0; at = text.indexOf(`: ${address}:`, at + 1)) {
    const [, local = '', , state = '', queues = ''] = text.slice(at, at + 160).split(/\s+/);
    // The second number of a listening TCP socket counts connections that wait, which is work as well.
    found.push({
      port: Number.parseInt(local.slice(local.indexOf(':') + 1), 16),
      queued: Number.parseInt(queues.slice(queues.indexOf(':') + 1), 16),
      listening: state === listening,
    });
  }
  return found;
}

/** The process and its descendants. */
export function processTree(pid: number): number[] {
  const tree = [pid];
  for (let i = 0; i < tree.length; i++) {
    try {
      for (const task of readdirSync(`/proc/${tree[i]}/task`)) {
        const children = readFileSync(`/proc/${tree[i]}/task/${task}/children`, 'latin1').trim();
        if (children !== '') tree.push(...children.split(' ').map(Number));
      }
    } catch {
      // It ended while we looked.
    }
  }
  return tree;
}

/** True when no process of the tree runs, and the first child (the UDP worker) is not inside a sleep of the script. */
export function isAsleep(pid: number): boolean {
  const tree = processTree(pid);
  for (const p of tree) {
    try {
      const stat = readFileSync(`/proc/${p}/stat`, 'latin1');
      const state = stat[stat.lastIndexOf(')') + 2];
      if (state !== 'S' && state !== 'Z' && state !== 'T') return false;
    } catch {
      // It ended while we looked.
    }
  }
  try {
    return tree[1] === undefined || !readFileSync(`/proc/${tree[1]}/wchan`, 'latin1').includes('nanosleep');
  } catch {
    return true;
  }
}
