/**
 * Pending changes of a message's text. Script functions record insertions and removals at positions of the text as
 * received; they become visible when the message is built (or by `msg_apply_changes()`), never to later reads.
 */
import type { ListenSocket } from './receive-info.js';

/** What an edit may depend on that is only known when the message leaves. */
export interface SendTarget {
  /** Socket the message leaves from. */
  readonly socket: ListenSocket;
  /** Socket the request came in on. */
  readonly receivedOn: ListenSocket;
}

/** Inserted text, or a function that gives it when the message leaves (empty string: nothing is inserted). */
export type EditText = string | ((target: SendTarget | null) => string);

/** One change: `length` bytes at `position` give way to `text`. */
export interface Edit {
  readonly position: number;
  readonly length: number;
  readonly text: EditText;
  readonly kind: number;
}

/** A point in an edit list to return to, see {@link Edits.mark}. */
export type EditMark = number;

/** An ordered list of edits over one text. */
export class Edits {
  private readonly list: Edit[];

  constructor(from?: Edits) {
    this.list = from ? from.list.slice() : [];
  }

  get size(): number {
    return this.list.length;
  }

  /** The edits in the order they were made: for taking them to another copy of the message. */
  get all(): readonly Edit[] {
    return this.list;
  }

  /** Takes over edits that were made on another copy of the message. */
  takeOver(edits: readonly Edit[]): void {
    this.list.push(...edits);
  }

  /** Inserts in front of the byte at `position`. Insertions at one position come out in the order they were made. */
  insertBefore(position: number, text: EditText, kind = 0): void {
    this.list.push({ position, length: 0, text, kind });
  }

  /** Inserts behind what ends at `position`: the same place as {@link insertBefore}, from the other side. */
  insertAfter(position: number, text: EditText, kind = 0): void {
    this.list.push({ position, length: 0, text, kind });
  }

  /** Removes `length` bytes. Bytes removed twice are removed once. */
  remove(position: number, length: number, kind = 0): void {
    if (length > 0) this.list.push({ position, length, text: '', kind });
  }

  /** Puts `text` in the place of `length` bytes. */
  replace(position: number, length: number, text: EditText, kind = 0): void {
    this.list.push({ position, length, text, kind });
  }

  /** Drops the edits of one kind; how many there were. Invalidates marks. */
  dropKind(kind: number): number {
    const before = this.list.length;
    const kept = this.list.filter((e) => e.kind !== kind);
    this.list.length = 0;
    this.list.push(...kept);
    return before - kept.length;
  }

  /** True when an edit of this kind is pending. */
  hasKind(kind: number): boolean {
    return this.list.some((e) => e.kind === kind);
  }

  /** True when some edit touches `[from, end)`; an insertion at `from` or at `end` counts. */
  touches(from: number, end: number): boolean {
    for (const e of this.list) if (e.position <= end && e.position + e.length >= from) return true;
    return false;
  }

  /** True when the whole of `[from, end)` is going to be removed by a single edit. */
  removes(from: number, end: number): boolean {
    for (const e of this.list) if (e.length > 0 && e.position <= from && e.position + e.length >= end) return true;
    return false;
  }

  /** An independent copy, for the edits of one branch on top of the shared ones. */
  fork(): Edits {
    return new Edits(this);
  }

  /** Remembers the present state for {@link rollback}. */
  mark(): EditMark {
    return this.list.length;
  }

  /** Drops every edit made since `mark`. */
  rollback(mark: EditMark): void {
    if (mark < this.list.length) this.list.length = mark;
  }

  clear(): void {
    this.list.length = 0;
  }

  /**
   * `text[from, end)` with the edits applied, those at `end` included. Insertions inside removed ranges survive, in
   * order, behind what replaces the range.
   */
  apply(text: string, from = 0, end = text.length, target: SendTarget | null = null): string {
    let out = '';
    let at = from;
    for (const edit of this.ordered()) {
      const reach = Math.min(edit.position + edit.length, end);
      if (edit.position < from) {
        if (reach > at) at = reach;
        continue;
      }
      if (edit.position > end) break;
      if (edit.position > at) {
        out += text.slice(at, edit.position);
        at = edit.position;
      }
      out += typeof edit.text === 'string' ? edit.text : edit.text(target);
      if (reach > at) at = reach;
    }
    return at < end ? out + text.slice(at, end) : out;
  }

  /** By position; the sort is stable, so edits at one position keep their order. */
  private ordered(): readonly Edit[] {
    const { list } = this;
    for (let i = 1; i < list.length; i++) {
      if (list[i]!.position < list[i - 1]!.position) return list.slice().sort((a, b) => a.position - b.position);
    }
    return list;
  }
}

/** What the script added to the next reply that is generated for a request. */
export class ReplyEdits {
  /** Whole header lines with CRLF, in order. */
  readonly headers: string[] = [];
  body = '';

  addHeader(line: string): void {
    this.headers.push(line.endsWith('\r\n') ? line : `${line}\r\n`);
  }

  /** Adds header lines that are known to end with CRLF. */
  addLines(lines: string): void {
    this.headers.push(lines);
  }

  /** Sets the body; its Content-Type takes its place among the headers, as upstream does. */
  setBody(body: string, contentType: string): void {
    this.body = body;
    this.addHeader(`Content-Type: ${contentType}`);
  }
}
