import type { SipMessage } from '../../sip/message.js';

const MOST = 4;
const LONGEST_NAME = 31;

/** A few named iterators per thread, as upstream keeps them: made at first start, never given back. */
export class Iterators<T> {
  readonly #byName = new Map<string, T>();

  constructor(
    private readonly make: () => T,
    private readonly onError: (text: string) => void,
  ) {}

  /** The iterator to start under a name; null when there are too many, or the name is too long. */
  start(name: string): T | null {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= MOST) {
      this.onError(`no iterator available - max number is ${MOST}`);
      return null;
    }
    if (name.length > LONGEST_NAME) return null;
    const made = this.make();
    this.#byName.set(name, made);
    return made;
  }

  /** A started iterator; null, and logged, when there is none of that name. */
  find(name: string): T | null {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    this.onError(`iterator not available [${name}]`);
    return null;
  }
}

const NONE = -1;

/** Walks over the headers of a message. */
export class HeaderIterator {
  #msg: SipMessage | null = null;
  #raw = '';
  #at = NONE;
  #previous = NONE;
  #ended = false;

  start(msg: SipMessage): boolean {
    this.#msg = msg;
    this.#raw = msg.raw;
    this.#at = NONE;
    this.#previous = NONE;
    this.#ended = false;
    return msg.headerCount > 0;
  }

  next(msg: SipMessage): boolean {
    if (this.#ended) return false;
    if (this.#at === NONE) this.#at = 0;
    else this.#previous = this.#at++;
    if (this.#at < msg.headerCount) return true;
    this.#at = NONE;
    this.#ended = true;
    return false;
  }

  /**
   * Goes back; true also when it is in front of the first header again. Upstream remembers one header only, so that a
   * second step back in a row goes to the start unless it can tell the header before by its two successors.
   */
  back(msg: SipMessage): boolean {
    if (this.#ended) return false;
    if (this.#previous === NONE) return this.start(msg);
    if (this.#previous !== this.#at) {
      this.#at = this.#previous;
      return true;
    }
    if (this.#at >= 2) {
      this.#at--;
      this.#previous = this.#at - 1;
      return true;
    }
    if (this.#at === 1 && msg.headerCount === 2) {
      this.#at = 0;
      this.#previous = NONE;
      return true;
    }
    return this.start(msg);
  }

  end(): void {
    this.#at = NONE;
    this.#ended = false;
  }

  /** Index of the present header in `msg`; -1 when there is none. */
  header(msg: SipMessage): number {
    return this.#msg === msg && this.#raw === msg.raw ? this.#at : NONE;
  }
}

/** Walks over the lines of a body. */
export class LineIterator {
  #msg: SipMessage | null = null;
  #raw = '';
  #at = NONE;
  #end = NONE;
  #ended = false;

  start(msg: SipMessage): void {
    this.#msg = msg;
    this.#raw = msg.raw;
    this.#at = NONE;
    this.#end = msg.bodyStart;
    this.#ended = false;
  }

  next(msg: SipMessage): boolean {
    if (this.#ended || this.#msg !== msg || this.#raw !== msg.raw) return false;
    const { raw } = msg;
    if (this.#end >= raw.length) {
      this.#at = NONE;
      this.#ended = true;
      return false;
    }
    this.#at = this.#end;
    const lf = raw.indexOf('\n', this.#at);
    this.#end = lf < 0 ? raw.length : lf + 1;
    return true;
  }

  end(): void {
    this.#msg = null;
    this.#at = NONE;
    this.#ended = false;
  }

  /** Where the present line stands in `msg`, its line end included; null when there is none. */
  line(msg: SipMessage): { readonly start: number; readonly end: number } | null {
    if (this.#at === NONE || this.#msg !== msg || this.#raw !== msg.raw) return null;
    return { start: this.#at, end: this.#end };
  }
}
