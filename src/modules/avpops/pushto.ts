import { ArgumentError, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { branchTarget } from '../../sip/branches.js';
import { setHost, setUser } from '../../sip/uri-rewrite.js';
import { type Operand, parseVariable } from './operand.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { operand } from './values.js';

const { fn } = entriesOf<Avpops>();

type Destination = 'uri' | 'username' | 'domain' | 'next hop' | 'branch';

const DESTINATIONS: Readonly<Record<string, Destination>> = {
  $ru: 'uri',
  '$ru/username': 'username',
  '$ru/domain': 'domain',
  $du: 'next hop',
  $br: 'branch',
};

const destination = parsed(
  'destination',
  (text): Destination => {
    const [variable = '', part = ''] = text.split(/\/(.*)/s);
    const found = DESTINATIONS[part === '' ? variable : `${variable}/${part.toLowerCase()}`];
    if (found === undefined) throw new ArgumentError(`unsupported destination "${text}"; expected $ru,$du,$br`);
    return found;
  },
  '`$ru`, `$ru/username`, `$ru/domain`, `$du`, `$br`',
);

const values = parsed(
  'source',
  (text, env): { readonly from: Operand; readonly all: boolean } => {
    if (!text.startsWith('$')) throw new ArgumentError('bad param 2; expected: $pseudo-variable ...');
    const slash = text.indexOf('/');
    const flags = slash < 0 ? '' : text.slice(slash + 1).toLowerCase();
    if (/[^g]/.test(flags)) throw new ArgumentError(`bad flag <${flags}>`);
    return { from: parseVariable(slash < 0 ? text : text.slice(0, slash), env), all: flags !== '' };
  },
  'a variable; all values of an AVP with `/g`',
);

function valuesOf(ctx: ScriptContext, from: Operand): readonly Stored[] | null {
  if (from.kind === 'avp') return ctx.attrs.all(from.name(ctx));
  if (from.kind === 'xavp') return from.ref(ctx);
  const value = from.kind === 'pv' ? operand(from.read(ctx)) : from.value;
  return value === undefined ? null : [value];
}

/** Takes one value over; false when it cannot be (logged). */
function put(state: Avpops, ctx: ScriptContext, to: Destination, value: Stored, first: boolean): boolean {
  const { msg } = ctx;
  if (to === 'next hop' || to === 'branch') {
    if (typeof value !== 'string') return false;
    if (to === 'next hop') {
      msg.dstUri = value;
      return true;
    }
    return addBranch(state, ctx, { ...branchTarget(value), forceSocket: msg.forceSocket });
  }
  // Values after the first fork: the URI made before becomes a branch.
  if (!first && !addBranch(state, ctx, branchTarget(msg.currentUri))) return false;
  const text = `${value}`;
  const uri = to === 'uri' ? text : (to === 'username' ? setUser : setHost)(msg.currentUri, text);
  if (uri === null) {
    state.error('SET_XXXX_T action failed');
    return false;
  }
  msg.newUri = uri;
  return true;
}

function addBranch(state: Avpops, { msg }: ScriptContext, branch: ReturnType<typeof branchTarget>): boolean {
  if (msg.addBranch(branch, state.host.settings.max_branches)) return true;
  state.error('append_branch action failed');
  return false;
}

export const avpPushto: FunctionDef<Avpops> = fn(
  [destination, values],
  {
    routes: ROUTES,
    literalOnly: true,
    doc: 'Makes values the Request-URI or a part of it, the next hop, or branches. Of several for `$ru`, all but the last become branches.',
    example: 'avp_pushto("$ru/username", "$avp(user)");',
    returns: { '1': 'done', '-1': 'there is no value, or it cannot be taken over (logged)' },
  },
  (state) =>
    (ctx, to, { from, all }) => {
      const list = valuesOf(ctx, from);
      if (list === null || list.length === 0) return -1;
      const chosen = all && from.kind === 'avp' ? list : list.slice(0, 1);
      return chosen.every((value, i) => put(state, ctx, to, value, i === 0)) ? 1 : -1;
    },
);
