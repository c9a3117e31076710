import { packReceive, RECEIVE, ROUTE, unpackReceive, type WireReceive } from '../net/wire.js';
import { type Counter, overloadedMessages } from '../observe/statistics.js';
import type { RouteRef } from '../registry/arguments.js';
import type { Host } from '../registry/host.js';
import { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import type { Stored, ZoneMap } from '../shm/zone.js';
import { ParseFailure, SipMessage } from '../sip/message.js';
import { Method } from '../sip/methods.js';
import { readBranchId } from './branch-id.js';
import type { TransactionLayer } from './layer.js';
import { Match } from './matching.js';
import { TmStatistics } from './statistics.js';
import { Resumed } from './suspend.js';
import { TFlag, type Transaction } from './transaction.js';
import { packTransaction, type TransactionState, unpackTransaction } from './transaction-state.js';
import { foreignKey, threadOf } from './transaction-table.js';

/** Letters between the transaction layers of two threads. */
const Kind = {
  /** Brings a suspended transaction. */
  BRING: 'tm:bring',
  /** Goes on with a suspended transaction, as a task of a worker. */
  CONTINUE: 'tm:continue',
  /** Asks for a suspended transaction, to go on with it. */
  TAKE: 'tm:take',
  /** Asks the owner to go on with a suspended transaction that cannot move. */
  RESUME: 'tm:resume',
  /** Tells the thread that made a transaction where it went on to. */
  MOVED: 'tm:moved',
  /** Tells the thread that made a transaction that it has ended. */
  ENDED: 'tm:ended',
  /** Tells a thread that a transaction came through on its way that it has ended. */
  FORGET: 'tm:forget',
  /** Says nothing: its answer comes when the letters before it have been read. */
  FENCE: 'tm:fence',
} as const;

/** Letters that may wait for a thread before messages are dropped: their senders repeat them. */
const MAX_BACKLOG = 20_000;

interface Name {
  readonly index: number;
  readonly label: number;
}

/** A route as every thread finds it. */
export interface RouteName {
  readonly table: 'main' | 'rest';
  readonly name: string;
}

/** What comes of asking for a transaction: it, or a `Resumed` code, or that it has to stay with its thread. */
type Taken = { readonly transaction: TransactionState } | { readonly code: number } | { readonly staysAt: number };

/** Whom a request belongs to. A worker's entry holds the request as well, to answer it should the worker die. */
type Owner = number | { readonly thread: number; readonly raw: string; readonly from: Stored };

const ownerOf = (owner: Owner): number => (typeof owner === 'number' ? owner : owner.thread);

/** Where a transaction went that was here. */
interface Note {
  readonly to: number;
  /** What its retransmission is found by. */
  readonly request: string | null;
  readonly ack: string | null;
  /** The request as it came, to answer it should that thread die before it has it. */
  readonly raw: string;
  readonly from: WireReceive;
}

/**
 * What keeps transactions of several threads apart and findable. A transaction belongs to one thread, the only one that
 * changes it. Messages that belong to another thread's are handed to it before they are routed; a suspended transaction
 * moves to the thread that continues it, and those it came through keep a note of where it went until it has ended.
 */
export class Handover {
  readonly #host: Host;
  readonly #notes = new Map<string, Note>();
  /** The same notes, by what requests are found by. */
  readonly #noted = new Map<string, number>();
  /** Threads that transactions of this thread's making came through. */
  readonly #travels = new Map<string, number[]>();
  /** The thread of every transaction, by what its retransmission, ACK or CANCEL has in common with it. */
  readonly #owners: ZoneMap<Owner & Stored>;
  readonly #overloaded: Counter;

  constructor(private readonly layer: TransactionLayer) {
    const { host } = layer;
    const { threads } = host;
    this.#host = host;
    this.#overloaded = overloadedMessages(host.statistics);
    this.#owners = host.zone.map<Owner & Stored>('tm:owners');
    host.hooks.elsewhere.push((msg, counted) => this.#isElsewhere(msg, counted));
    threads.handle<TransactionState>(Kind.BRING, (transaction) => this.#attach(transaction));
    threads.handle<Name & { route: RouteName }>(Kind.CONTINUE, (of) => this.#resume(of, of.route, true));
    threads.handle<Name & { for: number }>(Kind.TAKE, (name) => this.#give(name, name.for));
    threads.handle<Name & { route: RouteName }>(Kind.RESUME, (of) => this.#resume(of, of.route));
    threads.handle<Name & { to: number }>(Kind.MOVED, (of) => this.#renote(of, of.to));
    threads.handle<Name>(Kind.ENDED, (name) => this.#endedElsewhere(name));
    threads.handle<Name>(Kind.FORGET, (name) => this.#forget(foreignKey(name.index, name.label)));
    threads.handle(Kind.FENCE, () => null);
    threads.whenLost((thread) => this.#lost(thread));
  }

  /**
   * Claims a request whose transaction is about to be made here.
   * @returns false when another thread made it meanwhile; that one has been given the message
   */
  claim(msg: SipMessage): boolean {
    const key = requestKey(msg);
    if (key === null || this.#owners.add(key, this.#ownership(msg) as Owner & Stored)) return true;
    const owner = this.#owners.get(key);
    if (owner === undefined || ownerOf(owner) === this.#host.threadIndex) return true;
    this.#hand(msg, ownerOf(owner), true);
    return false;
  }

  /** A transaction was made here. */
  made(t: Transaction): void {
    if (t.isInvite) this.#owners.set(ackKey(t.callId, t.cseq), this.#host.threadIndex);
  }

  /** A transaction that another thread made is in this thread's table from now on. */
  adopted(t: Transaction): void {
    if (t.request === null) return;
    const key = requestKey(t.request);
    if (key !== null) this.#owners.set(key, this.#ownership(t.request) as Owner & Stored);
    this.made(t);
  }

  /** A transaction of this thread has ended. */
  ended(t: Transaction): void {
    const key = t.request === null ? null : requestKey(t.request);
    if (key !== null) this.#owners.delete(key);
    if (t.request !== null && t.isInvite) this.#owners.delete(ackKey(t.callId, t.cseq));
    const name = { index: t.index, label: t.label };
    const home = threadOf(t.index);
    if (home !== this.#host.threadIndex) this.#host.threads.send(home, Kind.ENDED, name);
    else this.#tellTravelled(name);
  }

  /**
   * Has a worker of a group go on with a transaction that has just been suspended, once the run that suspended it is over.
   * @param thread - the worker, with its place reserved
   */
  push(t: Transaction, thread: number, group: string, route: RouteName): void {
    const state = thread === this.#host.threadIndex ? null : this.#detach(t, thread);
    if (state !== null) {
      const { index, label } = t;
      // The transaction itself does not wait for its turn: what comes for it meanwhile must find it.
      this.#host.threads.send(thread, Kind.BRING, state);
      this.#host.threads.dispatchTo(thread, group, Kind.CONTINUE, { index, label, route });
      return;
    }
    this.#host.threads.release(thread);
    this.#resume(t, route, true);
  }

  /** `t_continue()` for a transaction that is not here: fetches it and goes on with it. Gives a `Resumed` code. */
  async pull(index: number, label: number, route: RouteName): Promise<number> {
    const { threads, threadIndex } = this.#host;
    const home = threadOf(index);
    const holder = home === threadIndex ? this.#notes.get(foreignKey(index, label))?.to : home;
    if (holder === undefined || holder === threadIndex || holder >= threads.count) return Resumed.UNKNOWN;
    const taken = await threads.ask<Taken>(holder, Kind.TAKE, { index, label, for: threadIndex });
    if (taken === undefined) return Resumed.UNKNOWN;
    if ('code' in taken) return taken.code;
    if ('staysAt' in taken)
      return (await threads.ask<number>(taken.staysAt, Kind.RESUME, { index, label, route })) ?? Resumed.UNKNOWN;
    return this.#attach(taken.transaction) ? this.#resume({ index, label }, route) : Resumed.UNKNOWN;
  }

  /** True when another thread was given the message. */
  #isElsewhere(msg: SipMessage, counted: boolean): boolean {
    const to = msg.isRequest ? this.#threadOfRequest(msg) : this.#threadOfReply(msg);
    if (to === this.#host.threadIndex || to < 0 || (msg.isRequest && this.#isHere(msg))) return false;
    this.#hand(msg, to, counted);
    return true;
  }

  /** Whether a request belongs to a transaction of this thread. Full memory may have refused to say so to all. */
  #isHere(msg: SipMessage): boolean {
    const { table, matcher } = this.layer;
    if (table.ofCall(msg.callId ?? '', msg.cseq?.number ?? 0) === null) return false;
    return matcher.request(msg).status === Match.FOUND || matcher.sameBranch(msg) !== null;
  }

  #threadOfReply(msg: SipMessage): number {
    const address = readBranchId(msg.via1?.branch ?? '');
    if (address === null) return -1;
    const { index, label } = address;
    if (this.layer.table.at(index, label) !== null) return -1;
    const home = threadOf(index);
    if (home !== this.#host.threadIndex) return home < this.#host.threads.count ? home : -1;
    return this.#notes.get(foreignKey(index, label))?.to ?? -1;
  }

  #threadOfRequest(msg: SipMessage): number {
    const { callId, cseq } = msg;
    const key = requestKey(msg);
    if (key === null || callId === null || cseq === null) return -1;
    // A CANCEL goes where its INVITE is, and an ACK where the final reply came from.
    if (msg.methodId === Method.CANCEL) {
      const invite = this.#threadAt(transactionKey(msg, 'INVITE'));
      return invite >= 0 ? invite : this.#threadAt(key);
    }
    if (msg.methodId !== Method.ACK) return this.#threadAt(key);
    const negative = this.#threadAt(transactionKey(msg, 'INVITE'));
    return negative >= 0 ? negative : this.#threadAt(ackKey(callId, cseq.number));
  }

  #threadAt(key: string): number {
    const owner = this.#owners.get(key);
    if (owner === undefined) return this.#noted.get(key) ?? -1;
    const thread = ownerOf(owner);
    return thread === this.#host.threadIndex ? (this.#noted.get(key) ?? thread) : thread;
  }

  #hand(msg: SipMessage, to: number, counted: boolean): void {
    const { threads, log } = this.#host;
    if (threads.backlog(to) >= MAX_BACKLOG) {
      this.#overloaded.inc();
      log.warn('tm', `a message is dropped: thread ${to}, which has its transaction, has too many already`);
      return;
    }
    threads.send(to, counted ? RECEIVE : ROUTE, { raw: msg.raw, from: packReceive(msg.received) });
  }

  #ownership(msg: SipMessage): Owner {
    const thread = this.#host.threadIndex;
    return thread === 0 ? 0 : { thread, raw: msg.raw, from: { ...packReceive(msg.received) } as unknown as Stored };
  }

  /** Takes a transaction out of this thread for another one; null when it has to stay. */
  #detach(t: Transaction, to: number): TransactionState | null {
    const state = packTransaction(t, this.#host.network);
    if (state === null || t.request === null) return null;
    t.stopBranches();
    this.layer.table.remove(t, true);
    this.layer.statistics.created--;
    const key = foreignKey(t.index, t.label);
    const note: Note = {
      to,
      request: requestKey(t.request),
      ack: t.isInvite ? ackKey(t.callId, t.cseq) : null,
      raw: t.request.raw,
      from: packReceive(t.request.received),
    };
    this.#notes.set(key, note);
    if (note.request !== null) this.#noted.set(note.request, to);
    if (note.ack !== null) this.#noted.set(note.ack, to);
    const home = threadOf(t.index);
    if (home === this.#host.threadIndex) this.#travelled(key, to);
    else this.#host.threads.send(home, Kind.MOVED, { index: t.index, label: t.label, to });
    return state;
  }

  /** Brings in a transaction that another thread let go; false when it cannot be had here. */
  #attach(state: TransactionState): boolean {
    const { index, label } = state;
    const t = unpackTransaction(state, this.layer);
    if (t === null) {
      this.#host.log.error('tm', `transaction [${index}:${label}] cannot go on in thread ${this.#host.threadIndex}`);
      this.#host.threads.send(threadOf(index), Kind.ENDED, { index, label });
      return false;
    }
    this.#forget(foreignKey(index, label));
    this.layer.adopt(t);
    return true;
  }

  #resume({ index, label }: Name, { table, name }: RouteName, fresh = false): number {
    const route: RouteRef | null = this.#host.routes.find(table, name);
    if (route !== null) return this.layer.suspension.resume(index, label, route, fresh);
    this.#host.log.error('tm', `no route [${name}] to go on with`);
    return Resumed.UNKNOWN;
  }

  /** Answers a thread that wants to go on with a transaction. */
  #give({ index, label }: Name, to: number): Taken | Promise<Taken> {
    const t = this.layer.table.at(index, label);
    if (t === null) {
      const holder = this.#notes.get(foreignKey(index, label))?.to;
      if (holder === undefined || holder === to) return { code: Resumed.UNKNOWN };
      return this.#host.threads
        .ask<Taken>(holder, Kind.TAKE, { index, label, for: to })
        .then((taken) => taken ?? { code: Resumed.UNKNOWN });
    }
    if (!t.has(TFlag.SUSPENDED)) return { code: Resumed.NOT_SUSPENDED };
    const transaction = this.#detach(t, to);
    return transaction === null ? { staysAt: this.#host.threadIndex } : { transaction };
  }

  /** Notes that a transaction of this thread's making went on from one thread to another. */
  #renote({ index, label }: Name, to: number): void {
    const key = foreignKey(index, label);
    const note = this.#notes.get(key);
    if (to === this.#host.threadIndex || note === undefined) return;
    this.#notes.set(key, { ...note, to });
    if (note.request !== null) this.#noted.set(note.request, to);
    if (note.ack !== null) this.#noted.set(note.ack, to);
    this.#travelled(key, to);
  }

  #travelled(key: string, to: number): void {
    const seen = this.#travels.get(key);
    if (seen === undefined) this.#travels.set(key, [to]);
    else if (!seen.includes(to)) seen.push(to);
  }

  #endedElsewhere(name: Name): void {
    const key = foreignKey(name.index, name.label);
    if (!this.#notes.has(key)) return;
    this.#forget(key);
    this.layer.table.free(name.index);
    this.#tellTravelled(name);
  }

  #tellTravelled(name: Name): void {
    const key = foreignKey(name.index, name.label);
    for (const thread of this.#travels.get(key) ?? []) this.#host.threads.send(thread, Kind.FORGET, name);
    this.#travels.delete(key);
  }

  #forget(key: string): void {
    const note = this.#notes.get(key);
    if (note === undefined) return;
    this.#notes.delete(key);
    if (note.request !== null) this.#noted.delete(note.request);
    if (note.ack !== null) this.#noted.delete(note.ack);
  }

  /** A worker has died: its requests are answered, and those that were on their way to it. */
  #lost(thread: number): void {
    const { threads, threadIndex, log } = this.#host;
    const under = [...this.#notes].filter(([key, note]) => note.to === thread || madeBy(key) === thread);
    const settle = (answered: number): void => {
      for (const [key, note] of under) if (this.#settle(key, note, thread)) answered++;
      if (answered > 0) log.error('tm', `${answered} requests of thread ${thread}, which died, were answered with 500`);
    };
    if (threadIndex === 0) settle(this.#answerOwned(thread));
    // What this thread has sent lately may wait for the other to be started again: the question goes behind it.
    else if (under.length > 0) void threads.ask(thread, Kind.FENCE, null).then(() => settle(0));
  }

  /** Answers the requests of a thread that died; how many. Thread 0 does so for all. */
  #answerOwned(thread: number): number {
    const counts = new TmStatistics(this.#host.threads.tallies(thread));
    counts.freed = counts.created;
    counts.waiting = counts.local = 0;
    let answered = 0;
    for (const { key, value } of this.#owners.scan({})) {
      if (ownerOf(value) !== thread) continue;
      this.#owners.delete(key);
      if (typeof value !== 'number' && this.#answerLost(value.raw, value.from as unknown as WireReceive)) answered++;
    }
    return answered;
  }

  /** Ends a note about a thread that died, unless the transaction lives on; true when its request was answered. */
  #settle(key: string, note: Note, thread: number): boolean {
    if (this.#notes.get(key) !== note) return false;
    const { threadIndex } = this.#host;
    const owner = note.request === null ? undefined : this.#owners.get(note.request);
    const unowned = owner === undefined || ownerOf(owner) === threadIndex;
    // Some other thread has it; when it ends, only the one that made it can say so here.
    if (!unowned && madeBy(key) !== thread) return false;
    // It was on its way and has not arrived: nobody else knows of it.
    const stray = owner !== undefined && unowned && note.to === thread;
    if (stray) {
      this.#owners.delete(note.request!);
      if (note.ack !== null) this.#owners.deleteIf(note.ack, (of) => ownerOf(of) === threadIndex);
    } else if (unowned && owner !== undefined) return false;
    const [index = 0, label = 0] = key.split('.').map(Number);
    const home = threadOf(index);
    if (home === threadIndex) this.#endedElsewhere({ index, label });
    else {
      this.#forget(key);
      if (stray) this.#host.threads.send(home, Kind.ENDED, { index, label });
    }
    return stray && this.#answerLost(note.raw, note.from);
  }

  #answerLost(raw: string, from: WireReceive): boolean {
    const { network, proxy } = this.#host;
    const received = unpackReceive(from, network);
    const msg = received && SipMessage.parse(raw, received);
    if (msg === null || msg instanceof ParseFailure || msg.methodId === Method.ACK) return false;
    const tag = msg.toTag === '' ? proxy.statelessToTag(msg) : null;
    proxy.sendReply(new ScriptContext(msg, RouteKind.REQUEST), 500, 'Server Internal Error', tag);
    return true;
  }
}

/** The thread that made the transaction of a {@link foreignKey}. */
const madeBy = (key: string): number => threadOf(Number.parseInt(key, 10));

/** What a request shares with its retransmissions; null when it lacks what that takes. */
function requestKey(msg: SipMessage): string | null {
  if (msg.callId === null || msg.cseq === null) return null;
  return transactionKey(msg, msg.method);
}

function transactionKey(msg: SipMessage, method: string): string {
  // A branch without the magic cookie may repeat (RFC 2543): the From tag then has to do.
  return `${msg.callId} ${msg.cseq?.number ?? 0} ${method} ${msg.via1?.branch || msg.fromTag}`;
}

/** What the ACK to a 2xx, which has a branch of its own, shares with the INVITE. */
function ackKey(callId: string, cseq: number): string {
  return `${callId} ${cseq} ACK`;
}
