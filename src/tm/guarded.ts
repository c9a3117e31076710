import { Level } from '../observe/log.js';
import type { RouteRef } from '../registry/arguments.js';
import type { Host } from '../registry/host.js';
import { type ScriptContext, Stop } from '../script/context.js';

/** How many bytes of the message go into the log. */
const LOGGED_BYTES = 1024;

/**
 * Runs a route on behalf of a transaction. A function that throws ends the route there, as `exit` would: the transaction
 * has its timers and its other branches to look after. Never throws or rejects.
 */
export function runGuarded(host: Host, route: RouteRef, ctx: ScriptContext): number | Promise<number> {
  const failed = (error: unknown): number => {
    host.log.context = null;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const raw = JSON.stringify(ctx.msg.raw.slice(0, LOGGED_BYTES)).slice(1, -1);
    host.log.write(Level.CRIT, 'tm', `a run of route ${route.name} was lost: ${what} [${raw}]`);
    ctx.stop |= Stop.EXIT;
    return -1;
  };
  try {
    const ran = route.run(ctx);
    return typeof ran === 'number' ? ran : ran.catch(failed);
  } catch (error) {
    return failed(error);
  }
}
