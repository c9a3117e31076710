import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { socketsOf } from '../oracle/kernel.js';
import { SIP_PORT } from './stock-server.js';

const SCENARIOS = fileURLToPath(new URL('./scenarios/', import.meta.url));
const LIMIT_SECONDS = 20;

export type Wire = 'udp' | 'tcp';

/** The server that scenarios talk to, by its address; in URIs, IPv6 has brackets. */
export interface SippTarget {
  readonly host: string;
  readonly uriHost: string;
}

export interface SippRun {
  /** File below scenarios/, without `.xml`. */
  readonly scenario: string;
  readonly wire: Wire;
  /** The user that is called or registers: `[service]`. */
  readonly user: string;
  readonly port: number;
}

/** Runs one SIPp scenario for one call. Rejects with SIPp's errors and the messages it saw when the call failed. */
export async function sipp(server: SippTarget, run: SippRun): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'kts-sipp-'));
  const args = [
    `${server.uriHost}:${SIP_PORT}`,
    ...['-sf', `${SCENARIOS}${run.scenario}.xml`, '-s', run.user, '-i', server.host, '-p', String(run.port)],
    ...['-t', run.wire === 'tcp' ? 't1' : 'u1', '-m', '1', '-r', '1000', '-l', '1', '-nostdin', '-deadcall_wait', '0'],
    ...['-timeout', String(LIMIT_SECONDS), '-timeout_error', '-trace_err', '-error_file', join(dir, 'errors')],
    ...['-trace_msg', '-message_file', join(dir, 'messages')],
  ];
  try {
    const child = spawn('sipp', args, { cwd: dir, stdio: 'ignore', env: { ...process.env, TERM: 'dumb' } });
    const status = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('exit', resolve),
    );
    if (status !== 0)
      throw new Error(`SIPp ended ${run.scenario} with ${status}\n${told(dir, 'errors')}\n${told(dir, 'messages')}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Starts a scenario that waits for requests; the promise of its end is in `done`. */
export async function sippListening(server: SippTarget, run: SippRun): Promise<{ readonly done: Promise<void> }> {
  const done = sipp(server, run);
  let over = false;
  done.then(
    () => (over = true),
    () => (over = true),
  );
  const wires = { tcp: run.wire === 'tcp', ipv6: server.host.includes(':') };
  while (!over && !socketsOf(server.host, wires).some((s) => s.port === run.port)) await sleep(5);
  return { done };
}

function told(dir: string, file: string): string {
  try {
    return readFileSync(join(dir, file), 'latin1').slice(0, 8000);
  } catch {
    return '';
  }
}
