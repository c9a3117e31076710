import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { ScriptedServer } from '../e2e/scripted-server.js';

/** Requests on their way at any moment. */
const WINDOW = 48;
/** What was sent before the kill and answered is in the kernel by then. */
const LAST_REPLIES_MS = 100;

/** `workers` 0: thread 0 routes; else that many threads do, each with a connection of its own to the file. */
const config = (workers: number): string => `#!KAMAILIO
debug=1
log_stderror=yes
auto_aliases=no
${workers > 0 ? `async_workers=${workers}` : ''}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "mqueue.so"
loadmodule "db_sqlite.so"
${workers > 0 ? 'loadmodule "sworker.so"' : ''}
modparam("mqueue", "db_url", "sqlite://q.sqlite")
modparam("mqueue", "mqueue", "name=q;dbmode=4")
${workers > 0 ? 'event_route[core:pre-routing] { if (sworker_task("default")) { drop; } }' : ''}
request_route {
  if ($rU == "fetch") {
    if (mq_fetch("q")) { sl_send_reply("200", "$mqk(q)"); } else { sl_send_reply("404", "Empty"); }
  } else if ($rU == "peek") {
    if (!mq_peek("q")) { sl_send_reply("404", "Empty"); exit; }
    $var(key) = $mqk(q);
    if (mq_ack("q")) { sl_send_reply("200", "$var(key)"); } else { sl_send_reply("500", "Kept"); }
  } else {
    if (mq_add("q", "$rU", "value of $rU")) { sl_send_reply("200", "Kept"); } else { sl_send_reply("500", "Refused"); }
  }
}
`;

/** What one round came to. `faults` is empty when every item is accounted for. */
export interface Round {
  readonly answered: number;
  readonly accepted: number;
  readonly given: number;
  readonly left: number;
  /** Requests that were under way when the server was killed: each may have taken out one item, or added one. */
  readonly underWay: { readonly adds: number; readonly takes: number };
  /** Items that such requests took out. */
  readonly taken: number;
  readonly refused: number;
  readonly faults: readonly string[];
}

/**
 * Adds to a queue of dbmode 4 and takes out of it over SIP, kills the server in the middle, counts, and starts it again.
 * Items that were accepted are in the file, or came out once; what a request under way may have done is all that is open.
 */
export class QueueCrash {
  readonly #dir = mkdtempSync(join(tmpdir(), 'kts-crash-'));
  /** Items that must be there. */
  readonly #there = new Set<string>();
  readonly #given = new Set<string>();
  #serial = 0;

  constructor(private readonly workers: number) {}

  /** One round: so many requests at most, with the kill behind `killAfter` answers. */
  async round(requests: number, killAfter: number): Promise<Round> {
    const server = await ScriptedServer.start(config(this.workers), { target: 'kts', dir: this.#dir });
    const client = await Client.open(server);
    const faults: string[] = [];
    const accepted: string[] = [];
    const given: string[] = [];
    let refused = 0;
    let killing: Promise<void> | undefined;
    const take = (request: string, status: number, reason: string): void => {
      if (status === 500) refused++;
      else if (request !== 'fetch' && request !== 'peek') accepted.push(request);
      else if (status === 200) given.push(reason);
    };
    const next = (): string => {
      const n = this.#serial++;
      // More go in than out, and takers come in both kinds.
      return n % 9 < 5 ? `i${n}` : n % 9 < 7 ? 'fetch' : 'peek';
    };
    const underWay = await client.run(requests, next, take, (answers) => {
      if (answers === killAfter) killing = server.kill();
      return killing === undefined;
    });
    await (killing ?? server.kill());
    await sleep(LAST_REPLIES_MS);
    await client.close();
    const answered = accepted.length + given.length + refused;

    const left = this.#rows(faults);
    for (const key of accepted) this.#there.add(key);
    // A reply may be lost with the server: the row tells.
    const adds = underWay.filter((request) => request.startsWith('i'));
    for (const key of adds) if (left.has(key)) this.#there.add(key);
    for (const key of given) {
      if (this.#given.has(key)) faults.push(`${key} came out twice`);
      if (left.has(key)) faults.push(`${key} came out and is still there`);
      if (!this.#there.delete(key) && !adds.includes(key)) faults.push(`${key} came out and was never accepted`);
      this.#given.add(key);
    }
    for (const key of left) if (!this.#there.has(key)) faults.push(`${key} is there and must not be`);
    const taken = [...this.#there].filter((key) => !left.has(key));
    const takes = underWay.length - adds.length;
    if (taken.length > takes) faults.push(`${taken.length} items are gone, ${takes} takers were under way`);
    for (const key of taken) this.#there.delete(key);
    return {
      answered,
      accepted: accepted.length,
      given: given.length,
      left: left.size,
      underWay: { adds: adds.length, takes },
      taken: taken.length,
      refused,
      faults,
    };
  }

  close(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #rows(faults: string[]): Set<string> {
    const db = new Sqlite(join(this.#dir, 'q.sqlite'));
    const keys = (db.prepare('SELECT key, val FROM q ORDER BY id').all() as { key: string; val: string }[]).map(
      ({ key, val }) => {
        if (val !== `value of ${key}`) faults.push(`${key} has the value ${val}`);
        return key;
      },
    );
    db.close();
    const rows = new Set(keys);
    if (rows.size !== keys.length) faults.push(`${keys.length - rows.size} rows are there twice`);
    return rows;
  }
}

/** Keeps a number of requests under way. */
class Client {
  private constructor(
    private readonly socket: Socket,
    private readonly server: ScriptedServer,
  ) {}

  static async open(server: ScriptedServer): Promise<Client> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }).bind(0, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'listening');
    return new Client(socket, server);
  }

  /**
   * @param go - told of every answer's number; false: no more is sent
   * @returns requests that got no answer
   */
  run(
    count: number,
    next: () => string,
    take: (request: string, status: number, reason: string) => void,
    go: (answers: number) => boolean,
  ): Promise<string[]> {
    const open = new Map<string, string>();
    let sent = 0;
    let answers = 0;
    return new Promise((resolve) => {
      const over = (): void => void setTimeout(() => resolve([...open.values()]), LAST_REPLIES_MS);
      const send = (): void => {
        const request = next();
        const id = `${process.pid}-${sent++}`;
        open.set(id, request);
        this.socket.send(this.#text(request, id), this.server.port, this.server.address);
      };
      let going = true;
      this.socket.on('message', (data) => {
        const text = data.toString('latin1');
        const id = /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? '';
        const request = open.get(id);
        if (request === undefined) return;
        open.delete(id);
        const end = text.indexOf('\r\n');
        take(request, Number(text.slice(8, 11)), text.slice(12, end));
        answers++;
        if (!going) return;
        going = go(answers);
        if (!going) over();
        else if (sent < count) send();
        else if (open.size === 0) over();
      });
      for (let i = 0; i < WINDOW; i++) send();
    });
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }

  #text(user: string, id: string): string {
    const { address, port } = this.server;
    return [
      `OPTIONS sip:${user}@${address}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.socket.address().port};branch=z9hG4bK-${id}`,
      'From: <sip:crash@example.com>;tag=1',
      'To: <sip:q@example.com>',
      `Call-ID: ${id}`,
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n');
  }
}
