import type { Transaction } from './transaction.js';

/**
 * Every live transaction, by slot (for replies) and by Call-ID and CSeq number (for requests, as upstream's hash). A
 * slot is reused with another label.
 */
export class TransactionTable {
  readonly #slots: (Transaction | null)[] = [];
  readonly #free: number[] = [];
  readonly #byCall = new Map<string, Transaction>();
  #label: number;
  #size = 0;

  /** @param label - the first label; random in a server, so that replies to a former process do not match */
  constructor(label = Math.floor(Math.random() * 0x3fffffff)) {
    this.#label = label;
  }

  get size(): number {
    return this.#size;
  }

  /** A slot and label for the next transaction. */
  allocate(): { index: number; label: number } {
    const index = this.#free.pop() ?? this.#slots.push(null) - 1;
    this.#label = this.#label === 0x7fffffff ? 1 : this.#label + 1;
    return { index, label: this.#label };
  }

  add(t: Transaction): void {
    this.#slots[t.index] = t;
    const key = keyOf(t.callId, t.cseq);
    t.next = this.#byCall.get(key) ?? null;
    this.#byCall.set(key, t);
    t.inTable = true;
    this.#size++;
  }

  remove(t: Transaction): void {
    if (!t.inTable) return;
    t.inTable = false;
    this.#size--;
    this.#slots[t.index] = null;
    this.#free.push(t.index);
    const key = keyOf(t.callId, t.cseq);
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

  /** The transaction of that slot and label. */
  at(index: number, label: number): Transaction | null {
    const t = this.#slots[index];
    return t != null && t.label === label ? t : null;
  }

  /** The newest transaction of a Call-ID and CSeq number; the others follow by `next`. */
  ofCall(callId: string, cseq: number): Transaction | null {
    return this.#byCall.get(keyOf(callId, cseq)) ?? null;
  }

  *[Symbol.iterator](): Iterator<Transaction> {
    for (const t of this.#slots) if (t) yield t;
  }
}

function keyOf(callId: string, cseq: number): string {
  return `${callId} ${cseq}`;
}
