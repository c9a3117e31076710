import { Level } from '../observe/log.js';
import type { RouteRef } from '../registry/arguments.js';
import type { Host } from '../registry/host.js';
import { ScriptContext } from './context.js';
import { RouteKind } from './route-kind.js';

/**
 * Runs a route as upstream's timers do: over a fresh local request, between the callbacks of request_route. Waits when
 * the route does. What it throws is logged.
 */
export function runLocally(
  host: Host,
  source: string,
  route: RouteRef,
  prepare: (ctx: ScriptContext) => void,
): void | Promise<void> {
  const ctx = new ScriptContext(host.routes.fakeRequest(), RouteKind.REQUEST);
  prepare(ctx);
  const failed = (error: unknown): void => {
    host.log.context = null;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.log.write(Level.CRIT, source, `a run of route[${route.name}] was lost: ${what}`);
  };
  const done = (): void => {
    for (const hook of host.hooks.postRequest) hook(ctx);
  };
  try {
    for (const hook of host.hooks.preRequest) if (!hook(ctx)) return undefined;
    const code = route.run(ctx);
    if (typeof code !== 'number') return code.then(done).catch(failed);
    done();
  } catch (error) {
    failed(error);
  }
  return undefined;
}
