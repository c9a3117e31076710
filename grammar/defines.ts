import type { Position, Span } from './source.js';
import type { SourceText } from './text.js';

/** The language version that is imitated: the distribution's 5.6.3 or 6.2. */
export type Compat = '5.6' | '6.x';

/** Where characters of a define's value were written; continued lines make several pieces. */
export interface ValuePiece {
  readonly valueOffset: number;
  readonly source: SourceText;
  readonly offset: number;
}

export interface Define {
  readonly name: string;
  /** null: defined without a value. */
  readonly value: string | null;
  readonly pieces: readonly ValuePiece[];
  /** Where it is defined, when that is in a file. */
  readonly at?: Span;
}

/** The ids that exist before the first line is read. */
export function predefined(compat: Compat): Map<string, string | null> {
  const ids = new Map<string, string | null>();
  const [major, minor, patch] = compat === '5.6' ? [5, 6, 3] : [6, 2, 0];
  ids.set(`KAMAILIO_${major}`, null);
  ids.set(`KAMAILIO_${major}_${minor}`, null);
  ids.set(`KAMAILIO_${major}_${minor}_${patch}`, null);
  if (compat !== '5.6') {
    ids.set('KAMAILIO_VERSION', String(major * 1_000_000 + minor * 1_000 + patch));
    ids.set('OS_NAME', '"linux"');
  }
  return ids;
}

/** The preprocessor's table of defines. */
export class Defines {
  private readonly table = new Map<string, Define>();

  has(name: string): boolean {
    return this.table.has(name);
  }

  get(name: string): Define | undefined {
    return this.table.get(name);
  }

  set(name: string, value: string | null, pieces: readonly ValuePiece[] = [], at?: Span): void {
    this.table.set(name, { name, value, pieces, ...(at && { at }) });
  }

  delete(name: string): boolean {
    return this.table.delete(name);
  }

  /** Names and values, as `$def` and the tools want them. */
  snapshot(): Map<string, string | null> {
    return new Map([...this.table].map(([name, define]) => [name, define.value]));
  }
}

/** Where a character of a define's value was written, if it was written in a file. */
export function positionInValue(define: Define, valueOffset: number): Position | undefined {
  let piece: ValuePiece | undefined;
  for (const candidate of define.pieces) {
    if (candidate.valueOffset > valueOffset) break;
    piece = candidate;
  }
  return piece?.source.position(piece.offset + valueOffset - piece.valueOffset);
}
