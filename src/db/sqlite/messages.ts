import type { Change, ChangeResult, DbResult, DbValue, Query, Rows } from '../database.js';

/** What the script thread asks the file's thread for. */
export type Work =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'raw'; readonly sql: string; readonly params: readonly DbValue[] }
  /** One change, or several that happen together or not at all. */
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'open-cursor'; readonly cursor: number; readonly query: Query; readonly chunkRows: number }
  | { readonly kind: 'next-chunk'; readonly cursor: number }
  | { readonly kind: 'close-cursor'; readonly cursor: number }
  | { readonly kind: 'close' };

export interface Request {
  readonly id: number;
  readonly work: Work;
}

export type Outcome = DbResult<Rows | readonly ChangeResult[] | undefined>;

export interface Response {
  readonly id: number;
  readonly outcome: Outcome;
}
