import type { RouteRef } from '../registry/arguments.js';
import { RouteKind } from '../script/route-kind.js';
import type { Branch, StoredReply } from './branch.js';
import { FAKED } from './branch.js';
import { runGuarded } from './guarded.js';
import type { TransactionLayer } from './layer.js';
import { failureRequest } from './message-copy.js';
import { TFlag, type Transaction } from './transaction.js';

/** Runs failure routes over the original request of a transaction. */
export class Failure {
  constructor(private readonly layer: TransactionLayer) {}

  /** Before the best negative reply is relayed: `failure_route` of its branch may add branches or reply itself. */
  run(t: Transaction, picked: Branch, status: number): Promise<void> | null {
    t.picked = picked.index;
    t.dropMode = this.layer.settings.failure_reply_mode;
    const reply = picked.reply === FAKED ? null : picked.reply;
    if (t.observers !== null) for (const o of t.observers) o.failed?.(t, status, reply);
    const route = picked.onFailure;
    if (route === null) return null;
    // A failure route that relays without arming another one is not entered again.
    t.arming.onFailure = null;
    t.flags &= ~TFlag.SUSPENDED;
    return this.#run(t, picked, route, RouteKind.FAILURE);
  }

  /** After each negative reply: `event_route[tm:branch-failure:…]` of its branch. */
  runBranch(t: Transaction, branch: Branch): Promise<void> | null {
    const route = branch.onBranchFailure;
    if (route === null) return null;
    t.picked = branch.index;
    t.arming.onBranchFailure = null;
    return this.#run(t, branch, route, RouteKind.BRANCH_FAILURE);
  }

  #run(t: Transaction, branch: Branch, route: RouteRef, kind: number): Promise<void> | null {
    const msg = failureRequest(t, branch.flags);
    if (msg === null) return null;
    // The request went to its destination already: only what the route changes or adds is tried.
    msg.uriFresh = false;
    const ctx = this.layer.context(t, msg, kind);
    ctx.branch = branch.index;
    ctx.reply = asMessage(branch.reply);
    const ran = runGuarded(this.layer.host, route, ctx);
    const done = (): Promise<void> | null => {
      t.messageFlags = msg.flags;
      return t.forwarding === null ? null : t.forwarding.then(() => {});
    };
    return typeof ran === 'number' ? done() : t.hold(ran.then(async () => void (await done())));
  }
}

function asMessage(reply: StoredReply): Exclude<StoredReply, typeof FAKED> {
  return reply === FAKED ? null : reply;
}
