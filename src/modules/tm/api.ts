import type { Host } from '../../registry/host.js';
import type { ScriptContext } from '../../script/context.js';
import type { Transaction } from '../../tm/transaction.js';

/** What other modules ask of tm; its state class implements it. */
export interface TmApi {
  /**
   * Replies through the transaction of the run's message: tm's return code (positive when sent), or null when there is
   * no transaction.
   */
  replyIfTransaction(ctx: ScriptContext, status: number, reason: string): number | null;
  /** As `t_reply_error()`: replies for the error of the last relay; null when there is no transaction. */
  replyErrorIfTransaction(ctx: ScriptContext): number | null;
  /** The To-tag of replies that the run's transaction makes on its own; null when there is no transaction. */
  localTag(ctx: ScriptContext): string | null;
  /** Calls back for every transaction that a received request makes, as soon as it is made; `t.observe()` follows it on. */
  onTransaction(callback: (t: Transaction, ctx: ScriptContext) => void): void;
}

/** tm, when the config loads it. */
export function tmOf(host: Host): TmApi | undefined {
  return host.bindEnv.moduleState('tm') as TmApi | undefined;
}
