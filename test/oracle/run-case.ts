import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { type ClaimedAddress, claimAddress } from './address.js';
import { type Compat, DEFAULT_ENDPOINT, type Observation, type OracleCase, type Step } from './case.js';
import { Endpoint } from './endpoint.js';
import { HttpPeer } from './http-peer.js';
import { socketsOf } from './kernel.js';
import { readLog } from './log-lines.js';
import { normaliseAnswer, normaliseLog, normaliseMessages } from './normalise.js';
import { ctlRpc, jsonRpc } from './rpc-client.js';
import type { RunningServer, Target } from './server.js';

const START_LIMIT = 10_000;
const SETTLE_LIMIT = 6_000;
/** Looks in a row that must find nothing going on, and the pause between them in milliseconds. */
const QUIET_LOOKS = 3;
const LOOK_EVERY = 2;

/** Runs a case against a target and tells what was seen, in the words of the case (its address, its directory). */
export async function runCase(target: Target, oracleCase: OracleCase, compat: Compat = '5.6'): Promise<Observation> {
  const claimed = await claimAddress(usesIpv6(oracleCase));
  const dir = mkdtempSync(join(tmpdir(), 'kts-oracle-'));
  try {
    return await observe(target, oracleCase, compat, claimed, dir);
  } finally {
    await claimed.release();
    rmSync(dir, { recursive: true, force: true });
  }
}

function usesIpv6(c: OracleCase): boolean {
  return c.config.includes('::1') || endpointIds(c).some((id) => id.endsWith('6'));
}

function endpointIds(c: OracleCase): string[] {
  const ids = new Set([...c.listen, ...c.answers.map((a) => a.at)]);
  for (const step of c.steps) if ('from' in step) ids.add(step.from);
  if (ids.size === 0 && !c.checkOnly) ids.add(DEFAULT_ENDPOINT);
  return [...ids].sort();
}

async function observe(
  target: Target,
  c: OracleCase,
  compat: Compat,
  claimed: ClaimedAddress,
  dir: string,
): Promise<Observation> {
  const toRun = (text: string) => claimed.toRun(text).replaceAll('@DIR@', dir);
  for (const [name, text] of Object.entries({ ...c.files, 'case.cfg': c.config })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), toRun(text));
  }
  const env = Object.fromEntries(Object.entries(c.env).map(([k, v]) => [k, toRun(v)]));
  const endpoints = new Map<string, Endpoint>();
  const answers = c.answers.map((a) => ({
    ...a,
    replies: a.replies.map((r) => ({ ...r, headers: r.headers.map(toRun), body: toRun(r.body) })),
  }));
  if (!c.checkOnly) {
    for (const id of endpointIds(c)) endpoints.set(id, await Endpoint.open(id, claimed.address, answers));
  }
  const peers = await Promise.all((c.http ?? []).map((port) => HttpPeer.open(claimed.address, port)));
  const server = await target.start({ dir, args: c.args.map(toRun), env, checkOnly: c.checkOnly, compat });
  const rpc: unknown[] = [];
  let exit: number | null = null;
  let said = '';
  try {
    const run = new Run(server, endpoints, peers, claimed.address, dir, toRun, rpc);
    await run.started(c.checkOnly);
    for (const step of c.steps) {
      if (server.exit() !== null) break;
      await run.step(step);
    }
    exit = server.exit();
    // Before the end: what a server says while it is being killed is not behaviour.
    said = server.log();
  } finally {
    await server.kill();
    for (const endpoint of [...endpoints.values(), ...peers]) await endpoint.close();
  }
  const seen = [...endpoints.values()].flatMap((e) =>
    e.received.map((text) => ({ at: e.id, text: claimed.toCase(text) })),
  );
  const authored = [...endpoints.values()].flatMap((e) => e.authored.map((text) => claimed.toCase(text)));
  const { log, core } = readLog(said, dir);
  const asCase = (line: string) => normaliseLog(claimed.toCase(line));
  return {
    ...(exit === null ? {} : { exit }),
    log: log.map(asCase),
    core: core.map(asCase),
    sent: normaliseMessages(seen, authored),
    ...(rpc.length > 0
      ? { rpc: JSON.parse(normaliseAnswer(claimed.toCase(JSON.stringify(rpc)).replaceAll(dir, '@DIR@'))) }
      : {}),
  };
}

class Run {
  constructor(
    private readonly server: RunningServer,
    private readonly endpoints: ReadonlyMap<string, Endpoint>,
    private readonly peers: readonly HttpPeer[],
    private readonly address: string,
    private readonly dir: string,
    private readonly toRun: (text: string) => string,
    private readonly rpc: unknown[],
  ) {
    const ids = [...endpoints.keys()];
    this.#wires = { tcp: ids.some((id) => id.includes('tcp')), ipv6: ids.some((id) => id.endsWith('6')) };
  }

  readonly #wires: { readonly tcp: boolean; readonly ipv6: boolean };

  /** Waits until the server listens, or has ended. Messages sent from then on wait in the kernel for its workers. */
  async started(checkOnly: boolean): Promise<void> {
    const own = new Set([...this.endpoints.keys()].map((id) => Number(id.split('/')[0])).concat(5199));
    const limit = Date.now() + START_LIMIT;
    while (Date.now() < limit && this.server.exit() === null) {
      if (!checkOnly && socketsOf(this.address, this.#wires).some((s) => s.listening && !own.has(s.port))) return;
      await look();
    }
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'send': {
        const { method, uri, headers, body } = step.message;
        const draft = { method, uri: uri && this.toRun(uri), headers: headers.map(this.toRun), body: this.toRun(body) };
        await this.#endpoint(step.from).request(draft);
        break;
      }
      case 'raw':
        await this.#endpoint(step.from).raw(this.toRun(step.text));
        break;
      case 'reply': {
        const { headers, body } = step.reply;
        await this.#endpoint(step.from).reply(
          { ...step.reply, headers: headers.map(this.toRun), body: this.toRun(body) },
          step.to,
        );
        break;
      }
      case 'wait':
        await this.server.wait(step.ms);
        break;
      case 'rpc':
        this.rpc.push(await jsonRpc(this.address, step.method, step.params.map(this.#param)));
        break;
      case 'ctl':
        this.rpc.push(await ctlRpc(`${this.dir}/ctl.sock`, step.method, step.params.map(this.#param)));
        break;
      case 'stop':
        await this.server.stop();
        return;
    }
    await this.#settle();
  }

  readonly #param = (value: string | number) => (typeof value === 'string' ? this.toRun(value) : value);

  #endpoint(id: string): Endpoint {
    return this.endpoints.get(id)!;
  }

  /** Waits until nothing is queued at a socket, no process runs, and nothing more is heard: as long as needed, no longer. */
  async #settle(): Promise<void> {
    const limit = Date.now() + SETTLE_LIMIT;
    const own = new Set([...this.endpoints.keys()].map((id) => Number(id.split('/')[0])));
    let heard = -1;
    for (let quiet = 0; quiet < QUIET_LOOKS && Date.now() < limit; ) {
      if (this.server.exit() !== null) return;
      await look();
      const now =
        this.server.log().length +
        this.peers.reduce((n, p) => n + p.seen, 0) +
        [...this.endpoints.values()].reduce((n, e) => n + e.received.length + e.sent, 0);
      const answering = this.peers.some((p) => p.answering > 0);
      const busy =
        now !== heard ||
        answering ||
        socketsOf(this.address, this.#wires).some((s) => s.queued > 0 && !own.has(s.port));
      heard = now;
      quiet = busy || !this.server.idle() ? 0 : quiet + 1;
    }
  }
}

/** A pause after which all input was read: timers alone can keep the event loop from its sockets and pipes. */
async function look(): Promise<void> {
  await sleep(LOOK_EVERY);
  await turn();
}
