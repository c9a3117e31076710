import type { Clock, Timer } from '../clock/clock.js';
import type { Destination } from '../net/transport.js';

/** Told when a packet's timers fall due. */
export interface PacketOwner {
  /** Sends the packet again; false when it could not be sent. */
  resend(packet: TimedPacket): boolean;
  /** Nobody answered in time (RFC 3261 timers B, F, H). */
  expired(packet: TimedPacket): void;
}

/** A packet's text and timers as plain data; -1: that timer does not run. Milliseconds. */
export interface PacketState {
  readonly text: string;
  readonly finalIn: number;
  readonly resendIn: number;
  readonly interval: number;
  readonly t2: number;
}

/** Odd waits are rounded up to this, so that the clock keeps few lists. */
const GRAIN = 250;

/**
 * A packet that was sent and waits for its answer: a request (timers A/B or E/F of RFC 3261 §17.1), a CANCEL of our
 * own, or a final reply to an INVITE (timers G/H of §17.2.1).
 */
export class TimedPacket {
  text = '';
  dst: Destination | null = null;
  #resendTimer: Timer | null = null;
  #finalTimer: Timer | null = null;
  #interval = 0;
  /** Longest interval. */
  #t2 = 0;

  constructor(
    private readonly clock: Clock,
    private readonly owner: PacketOwner,
  ) {}

  /** True while the wait for an answer runs. */
  get waiting(): boolean {
    return this.#finalTimer !== null;
  }
  get retransmitting(): boolean {
    return this.#resendTimer !== null;
  }

  /**
   * Starts both timers.
   * @param t1 - first retransmission interval, which doubles up to `t2`; 0 for reliable transports: none
   * @param t2 - longest interval
   * @param fr - how long to wait for the answer
   */
  start(t1: number, t2: number, fr: number): void {
    this.stop();
    this.waitFor(fr);
    if (t1 <= 0) return;
    this.#interval = Math.min(t1, t2);
    this.#armResend(this.#interval, t2);
  }

  /** What the timers still have to run, for going on in another thread. */
  get state(): PacketState {
    const now = this.clock.now();
    return {
      text: this.text,
      finalIn: this.#finalTimer === null ? -1 : Math.max(1, this.#finalTimer.due - now),
      resendIn: this.#resendTimer === null ? -1 : Math.max(1, this.#resendTimer.due - now),
      interval: this.#interval,
      t2: this.#t2,
    };
  }

  /** Goes on where another thread's packet was. */
  restore(state: PacketState): void {
    this.text = state.text;
    if (state.finalIn >= 0) this.waitFor(state.finalIn);
    if (state.resendIn < 0) return;
    this.#interval = state.interval;
    this.#armResend(state.resendIn, state.t2);
  }

  /** Restarts the wait for the answer only. */
  waitFor(ms: number): void {
    this.#finalTimer?.cancel();
    this.#finalTimer = this.clock.after(ms % GRAIN === 0 ? ms : ms + GRAIN - (ms % GRAIN), () => {
      this.#finalTimer = null;
      this.stop();
      this.owner.expired(this);
    });
  }

  /** Goes on at the longest interval from the next retransmission on (RFC 3261 §17.1.2.2, Proceeding). */
  slowDown(t2: number): void {
    if (this.#resendTimer === null || this.#interval >= t2) return;
    this.#interval = t2;
  }

  /** Changes the interval that follows the one that runs (`t_set_retr`). */
  setInterval(t1: number, t2: number): void {
    if (this.#resendTimer !== null) this.#interval = this.#interval >= t2 ? t2 : t1;
  }

  stopRetransmissions(): void {
    this.#resendTimer?.cancel();
    this.#resendTimer = null;
  }

  stop(): void {
    this.stopRetransmissions();
    this.#finalTimer?.cancel();
    this.#finalTimer = null;
  }

  #armResend(wait: number, t2: number): void {
    const interval = this.#interval;
    this.#t2 = t2;
    this.#resendTimer = this.clock.after(wait, () => {
      this.#resendTimer = null;
      if (!this.owner.resend(this)) return;
      if (this.#finalTimer === null) return;
      this.#interval = Math.min(this.#interval === interval ? interval * 2 : this.#interval, t2);
      this.#armResend(this.#interval, t2);
    });
  }
}
