import type { Transaction } from './transaction.js';

/** Script threads at most: an index is a slot and the thread that it is of. */
export const MAX_THREADS = 256;

/** The thread that made the transaction with that index. */
export const threadOf = (index: number): number => index % MAX_THREADS;

/**
 * Every live transaction of a thread, by index (for replies) and by Call-ID and CSeq number (for requests, as upstream's
 * hash). A slot is reused with another label. Transactions that other threads made keep their index here.
 */
export class TransactionTable {
  readonly #slots: (Transaction | null)[] = [];
  readonly #free: number[] = [];
  /** What other threads made, by {@link foreignKey}. */
  readonly #foreign = new Map<string, Transaction>();
  readonly #byCall = new Map<string, Transaction>();
  // A message is looked for several times in a row: its key is made, and hashed, once.
  #lastCallId = '';
  #lastCseq = -1;
  #lastKey = '';
  #label: number;
  #size = 0;

  /** @param label - the first label; random in a server, so that replies to a former process do not match */
  constructor(
    private readonly thread = 0,
    label = Math.floor(Math.random() * 0x3fffffff),
  ) {
    this.#label = label;
  }

  get size(): number {
    return this.#size;
  }

  /** An index and label for the next transaction. */
  allocate(): { index: number; label: number } {
    const slot = this.#free.pop() ?? this.#slots.push(null) - 1;
    this.#label = this.#label === 0x7fffffff ? 1 : this.#label + 1;
    return { index: slot * MAX_THREADS + this.thread, label: this.#label };
  }

  add(t: Transaction): void {
    if (threadOf(t.index) === this.thread) this.#slots[slotOf(t.index)] = t;
    else this.#foreign.set(foreignKey(t.index, t.label), t);
    const key = this.#keyOf(t.callId, t.cseq);
    t.tableKey = key;
    t.next = this.#byCall.get(key) ?? null;
    this.#byCall.set(key, t);
    t.inTable = true;
    this.#size++;
  }

  /** Takes a transaction out. Its slot stays taken when it lives on elsewhere; see {@link free}. */
  remove(t: Transaction, livesOn = false): void {
    if (!t.inTable) return;
    t.inTable = false;
    this.#size--;
    if (threadOf(t.index) !== this.thread) this.#foreign.delete(foreignKey(t.index, t.label));
    else {
      this.#slots[slotOf(t.index)] = null;
      if (!livesOn) this.free(t.index);
    }
    const key = t.tableKey;
    let at = this.#byCall.get(key);
    if (at === t) {
      if (t.next === null) this.#byCall.delete(key);
      else this.#byCall.set(key, t.next);
    } else {
      while (at !== undefined && at.next !== t) at = at.next ?? undefined;
      if (at !== undefined) at.next = t.next;
    }
    t.next = null;
  }

  /** Gives back the slot of a transaction that ended in another thread. */
  free(index: number): void {
    this.#free.push(slotOf(index));
  }

  /** The transaction of that index and label. */
  at(index: number, label: number): Transaction | null {
    if (threadOf(index) !== this.thread) return this.#foreign.get(foreignKey(index, label)) ?? null;
    const t = this.#slots[slotOf(index)];
    return t != null && t.label === label ? t : null;
  }

  /** The newest transaction of a Call-ID and CSeq number; the others follow by `next`. */
  ofCall(callId: string, cseq: number): Transaction | null {
    return this.#byCall.get(this.#keyOf(callId, cseq)) ?? null;
  }

  #keyOf(callId: string, cseq: number): string {
    if (cseq !== this.#lastCseq || callId !== this.#lastCallId) {
      this.#lastCallId = callId;
      this.#lastCseq = cseq;
      this.#lastKey = `${callId} ${cseq}`;
    }
    return this.#lastKey;
  }

  *[Symbol.iterator](): Iterator<Transaction> {
    for (const t of this.#slots) if (t) yield t;
    yield* this.#foreign.values();
  }
}

const slotOf = (index: number): number => Math.floor(index / MAX_THREADS);

/** What names a transaction among those of all threads. */
export function foreignKey(index: number, label: number): string {
  return `${index}.${label}`;
}
