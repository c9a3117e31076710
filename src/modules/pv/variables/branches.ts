import type { PvIndex, PvInner } from '../../../registry/module.js';
import type { ScriptContext } from '../../../script/context.js';
import { isDefined, type Value } from '../../../script/value.js';
import { type BranchTarget, branchTarget } from '../../../sip/branches.js';
import { formatQ } from '../../../sip/contact.js';
import { entryOf, givenInt, givenText, orNull, type PvTable, pv, readPv, writablePv } from '../define.js';
import type { PvState } from '../state.js';
import { findSocket } from './network.js';

/** One attribute of a branch; without `set` an assignment does nothing. */
interface BranchField {
  readonly get: (branch: BranchTarget) => Value;
  readonly set?: (branch: BranchTarget, value: Value, state: PvState) => boolean;
}

function textField(
  what: string,
  get: (b: BranchTarget) => string,
  set: (b: BranchTarget, text: string) => void,
): BranchField {
  return {
    get: (b) => orNull(get(b)),
    set: (b, value, state) => {
      const text = givenText(value ?? '');
      if (text === null) return state.error(`str value required to set branch ${what}`);
      set(b, text);
      return true;
    },
  };
}

function intField(
  what: string,
  unset: number,
  get: (b: BranchTarget) => Value,
  set: (b: BranchTarget, n: number) => void,
): BranchField {
  return {
    get,
    set: (b, value, state) => {
      const n = isDefined(value) ? givenInt(value) : unset;
      if (n === null) return state.error(`int value required to set branch ${what}`);
      set(b, n);
      return true;
    },
  };
}

const FIELDS: Readonly<Record<string, BranchField>> = {
  uri: textField(
    'uri',
    (b) => b.uri,
    (b, text) => (b.uri = text),
  ),
  dst_uri: textField(
    'dst uri',
    (b) => b.dstUri,
    (b, text) => (b.dstUri = text),
  ),
  path: textField(
    'path',
    (b) => b.path,
    (b, text) => (b.path = text),
  ),
  q: intField(
    'q',
    -1,
    (b) => (b.q < 0 ? null : b.q),
    (b, n) => (b.q = n),
  ),
  Q: intField(
    'q',
    -1,
    (b) => (b.q < 0 ? null : b.q),
    (b, n) => (b.q = n),
  ),
  flags: intField(
    'flags',
    0,
    (b) => b.flags >>> 0,
    (b, n) => (b.flags = n | 0),
  ),
  send_socket: {
    get: (b) => b.forceSocket?.text ?? null,
    set: (b, value, state) => {
      const text = givenText(value ?? '');
      if (text === null) return state.error('str value required to set branch send sock');
      const socket = text === '' ? null : findSocket(state, text);
      if (socket === undefined) return state.error('invalid socket specification');
      if (socket === null && text !== '') state.warn(`no socket found to match [${text}]`);
      b.forceSocket = socket;
      return true;
    },
  },
  count: { get: () => null },
  ruid: { get: (b) => orNull(b.ruid) },
  location_ua: { get: (b) => orNull(b.locationUa) },
  instance: { get: (b) => orNull(b.instance) },
  otcpid: intField(
    'otcpid',
    0,
    (b) => b.otcpid,
    (b, n) => (b.otcpid = n),
  ),
};

function indexIn(ctx: ScriptContext, index: PvIndex): number {
  return index.kind === 'at' ? index.index(ctx) : 0;
}

function bindBranch(state: PvState, inner: PvInner | null, index: PvIndex) {
  const field = entryOf(FIELDS, inner, 'branch');
  const key = inner!.text;
  const at = (ctx: ScriptContext): BranchTarget | undefined => {
    const list = ctx.msg.otherBranches;
    const n = indexIn(ctx, index);
    return list[n < 0 ? list.length + n : n];
  };
  return {
    read: (ctx: ScriptContext): Value => {
      if (key === 'count') return ctx.msg.otherBranches.length || null;
      const branch = at(ctx);
      return branch === undefined ? null : field.get(branch);
    },
    write: (ctx: ScriptContext, value: Value): boolean => {
      const list = ctx.msg.otherBranches;
      const given = indexIn(ctx, index);
      if (given < 0 && list.length + given < 0) return state.error(`index too low: ${given} (${list.length})`);
      const branch = at(ctx);
      if (branch === undefined) return false;
      if (key === 'uri' && (!isDefined(value) || value === '')) return ctx.msg.removeBranch(list.indexOf(branch));
      if (field.set === undefined) return true;
      // Branch lists are shared between a message and its copies: change a copy of the branch.
      const copy = { ...branch };
      if (!field.set(copy, value, state)) return false;
      ctx.msg.otherBranches = list.map((b) => (b === branch ? copy : b));
      return true;
    },
  };
}

/** Text of a `Contact` with the whole destination set, as in a 3xx reply; null when there is only the received URI. */
function destinationSet(ctx: ScriptContext): string | null {
  const { msg } = ctx;
  const contacts = msg.newUri === null ? [] : [contact(msg.newUri, msg.q)];
  for (const branch of msg.otherBranches) contacts.push(contact(branch.uri, branch.q));
  return contacts.length === 0 ? null : `Contact: ${contacts.join(', ')}`;
}

function contact(uri: string, q: number): string {
  return q < 0 ? `<${uri}>` : `<${uri}>;q=${formatQ(q)}`;
}

/** Branches beside the Request-URI's own, and what location lookup leaves on the message. */
export const branchPvs: PvTable = {
  branch: pv({
    doc: `Attribute of a branch, [n] from 0. Keys: ${Object.keys(FIELDS).join(', ')}. A $null uri removes the branch.`,
    inner: 'required',
    index: true,
    writable: true,
    bind: bindBranch,
  }),
  sbranch: pv({
    doc: 'Attribute of the static branch, kept until sbranch_reset(); see $branch for the keys.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (state, inner) => {
      const field = entryOf(FIELDS, inner, 'branch');
      const key = inner!.text;
      return {
        read: (ctx) => {
          if (key === 'count') return ctx.msg.otherBranches.length;
          if (state.staticBranch.uri !== '') return field.get(state.staticBranch);
          state.error('error accessing branch [0]');
          return null;
        },
        write: (_ctx, value) => {
          if (key === 'uri' && (!isDefined(value) || value === '')) {
            state.staticBranch = branchTarget('');
            return true;
          }
          return field.set === undefined || field.set(state.staticBranch, value, state);
        },
      };
    },
  }),
  br: writablePv('URI of the first branch; an assignment appends a branch.', (state) => ({
    read: (ctx) => (ctx.msg.isRequest ? (ctx.msg.otherBranches[0]?.uri ?? null) : null),
    write: (ctx, value) => {
      if (!isDefined(value)) return state.error('bad parameters');
      const text = givenText(value);
      if (text === null || text === '') return state.error('str value required to set the branch');
      const max = state.host.settings.max_branches;
      const added = ctx.msg.addBranch({ ...branchTarget(text), forceSocket: ctx.msg.forceSocket }, max);
      return added || state.error('append_branch action failed');
    },
  })),
  bR: readPv('URIs of all branches, with q where given, joined by ", ".', () => (ctx) => {
    const list = ctx.msg.otherBranches;
    if (!ctx.msg.isRequest || list.length === 0) return null;
    return list.map((b) => (b.q < 0 ? b.uri : contact(b.uri, b.q))).join(', ');
  }),
  ds: readPv('The destination set as a Contact header.', () => destinationSet),
  ruid: readPv('Unique id of the location record that the Request-URI came from.', () => (ctx) => orNull(ctx.msg.ruid)),
  location_ua: readPv(
    'User-Agent of the location record that the Request-URI came from.',
    () => (ctx) => orNull(ctx.msg.locationUa),
  ),
};
