import { oneOf, type RouteRef, route, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { armingOf } from '../../tm/arming.js';
import type { Tm } from './state.js';

const { fn } = entriesOf<Tm>();

const YES_NO = { '1': 'yes', '-1': 'no' };
const ARMED: FunctionInfo['routes'] = ['REQUEST', 'FAILURE', 'TM_ONREPLY', 'BRANCH'];

/** `t_on_failure("0")` disarms, unless there is a route of that name. */
const armed = (ref: RouteRef): RouteRef | null => (!ref.defined && (ref.name === '0' || ref.name === '') ? null : ref);

function arm(
  tm: Tm,
  ctx: ScriptContext,
  what: 'onFailure' | 'onReply' | 'onBranch' | 'onBranchFailure',
  ref: RouteRef | null,
): number {
  // The run may be over a copy of the request: what is armed belongs to its transaction.
  const target = tm.known(ctx)?.arming ?? armingOf(ctx.msg);
  target[what] = ref === null ? null : armed(ref);
  return 1;
}

/** Routes that a transaction runs later. */
export const ARMING_FUNCTIONS: Readonly<Record<string, FunctionDef<Tm> | readonly FunctionDef<Tm>[]>> = {
  t_on_failure: fn(
    [route('failure_route', 'failure')],
    {
      routes: ARMED,
      doc: 'The route that runs when all branches failed.',
      example: 't_on_failure("F");',
      literalOnly: true,
    },
    (tm) => (ctx, ref) => arm(tm, ctx, 'onFailure', ref),
  ),
  t_on_branch_failure: fn(
    [text('name', 'of event_route[tm:branch-failure:name]')],
    {
      routes: ARMED,
      doc: 'The event route that runs for each failed branch.',
      example: 't_on_branch_failure("x");',
      literalOnly: true,
    },
    (tm) => (ctx, name) => arm(tm, ctx, 'onBranchFailure', tm.host.routes.find('event', `tm:branch-failure:${name}`)),
  ),
  t_on_reply: fn(
    [route('onreply_route', 'onreply')],
    { routes: ARMED, doc: 'The route that runs for each reply.', example: 't_on_reply("R");', literalOnly: true },
    (tm) => (ctx, ref) => arm(tm, ctx, 'onReply', ref),
  ),
  t_on_branch: fn(
    [route('branch_route', 'branch')],
    {
      routes: ['REQUEST', 'FAILURE'],
      doc: 'The route that runs for each branch.',
      example: 't_on_branch("B");',
      literalOnly: true,
    },
    (tm) => (ctx, ref) => arm(tm, ctx, 'onBranch', ref),
  ),
  t_is_set: fn(
    [oneOf('target', ['failure_route', 'onreply_route', 'branch_route'])],
    {
      routes: ['ANY'],
      doc: 'Whether such a route is armed.',
      example: 'if (t_is_set("failure_route")) exit;',
      returns: YES_NO,
      literalOnly: true,
    },
    () => (ctx, target) => {
      const a = armingOf(ctx.msg);
      const ref = target === 'failure_route' ? a.onFailure : target === 'onreply_route' ? a.onReply : a.onBranch;
      return ref === null ? -1 : 1;
    },
  ),
};
