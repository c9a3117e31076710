import type { Position } from './source.js';

/** One config file's text with the starts of its lines, to turn offsets into positions. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  private readonly starts: number[] = [0];
  private last = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** Line and column (1-based; a tab is one column) of a character. */
  position(offset: number): Position {
    const line = this.lineOf(offset);
    return { file: this.file, line: line + 1, column: offset - this.starts[line]! + 1 };
  }

  private lineOf(offset: number): number {
    const { starts } = this;
    // Offsets come mostly in rising order: look near the last answer before searching.
    let low = this.last;
    if (starts[low]! <= offset) {
      for (let n = 0; n < 4; n++, low++) {
        if (low + 1 >= starts.length || starts[low + 1]! > offset) return (this.last = low);
      }
    } else low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return (this.last = low);
  }
}
