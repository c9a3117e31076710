import type { Define } from './defines.js';
import type { Span } from './source.js';
import type { SourceText } from './text.js';

/** One text being read: a file, or the value of a define at a place of use. */
export interface Frame {
  /** What the scanner reads. For a define: its value, then a stretch of the text after the place of use. */
  readonly text: string;
  /** Where the text proper ends; beyond it only a token that began before may run on. */
  readonly end: number;
  /** Where to go on reading when this frame is left and entered again. */
  resume: number;
  readonly source: SourceText;
  readonly define?: Define;
  /** Place of use in `source`, first and last character, for a define. */
  readonly useStart: number;
  readonly useEnd: number;
}

/** How much text after the place of use a token out of a define may run into. */
const RUN_ON = 65_536;

/**
 * The texts being read, innermost last. A define's value is read as if it stood at the place of use, so a string or a
 * comment that begins in the value may end in the text after it, as with upstream's push-back.
 */
export class Input {
  private readonly frames: Frame[] = [];
  fileDepth = 0;

  get top(): Frame {
    return this.frames[this.frames.length - 1]!;
  }

  get depth(): number {
    return this.frames.length;
  }

  pushFile(source: SourceText): Frame {
    const frame = { text: source.text, end: source.text.length, resume: 0, source, useStart: 0, useEnd: 0 };
    this.frames.push(frame);
    this.fileDepth++;
    return frame;
  }

  /** Enters a define used from `start` up to and without `after` in the current frame. */
  pushDefine(define: Define, value: string, start: number, after: number): Frame {
    const below = this.top;
    below.resume = after;
    const frame = {
      text: value + below.text.slice(after, after + RUN_ON),
      end: value.length,
      resume: 0,
      source: below.source,
      define,
      useStart: below.define ? below.useStart : start,
      useEnd: below.define ? below.useEnd : after - 1,
    };
    this.frames.push(frame);
    return frame;
  }

  /** Leaves the current frame, read up to `at`; undefined when it was the last one. */
  pop(at: number): Frame | undefined {
    const left = this.frames.pop()!;
    const below = this.frames[this.frames.length - 1];
    if (left.define) below!.resume += at - left.end;
    else this.fileDepth--;
    return below;
  }

  /** Whether a define is being expanded right now. */
  isExpanding(define: Define): boolean {
    for (let n = this.frames.length - 1; n >= 0; n--) {
      const frame = this.frames[n]!;
      if (frame.define === define) return true;
      if (!frame.define) return false;
    }
    return false;
  }

  /** The place in the file of the characters from `start` to `end` (inclusive) of the current frame. */
  span(start: number, end: number): Span {
    const { source, define, useStart, useEnd } = this.top;
    const last = Math.max(0, source.text.length - 1);
    const clamp = (offset: number) => Math.min(Math.max(0, offset), last);
    return define
      ? { at: source.position(useStart), end: source.position(useEnd) }
      : { at: source.position(clamp(start)), end: source.position(clamp(Math.max(start, end))) };
  }
}
