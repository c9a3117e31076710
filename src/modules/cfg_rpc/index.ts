import { defineModule, entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, list, type RpcReply, type RpcValue, reply, struct } from '../../rpc/value.js';
import { CfgRpc, type GroupName, parseGroup } from './groups.js';

const { rpc } = entriesOf<CfgRpc>();

const WRONG_GROUP = 'Wrong group syntax. Use either "group", or "group[id]"';
const WRONG_INSTANCE = 'Wrong group syntax. Use "group[id]"';

type Result = number | string;

/** Reads group, variable and a value of the given kind, and hands them to `change`. */
function setter(doc: string, kind: 'int' | 'string' | 'either', delayed: boolean): RpcDef<CfgRpc> {
  return rpc(doc, (state) => (call) => {
    const named = call.scan('SS');
    if (!named.ok) return named.reply;
    // A number letter takes any JSON value, texts as 0: the type the client chose decides.
    const given = call.params[2];
    const isText = kind === 'string' || (kind === 'either' && (given === undefined || typeof given === 'string'));
    const value = call.scan(isText ? 'S' : 'd');
    if (!value.ok) return value.reply;
    const group = parseGroup(named.args[0] as string);
    if (group === null) return fault(400, WRONG_GROUP);
    const [name, to] = [named.args[1] as string, value.args[0] as Result];
    const done = delayed ? state.setDelayed(group, name, to) : state.set(group, name, to);
    return done ? reply() : fault(400, 'Failed to set the variable');
  });
}

/** Commands over one instance of a group: `group[id]`, and a variable's name when `named`. */
function onInstance(
  doc: string,
  named: boolean,
  failure: string,
  act: (state: CfgRpc, group: GroupName, name: string) => boolean,
): RpcDef<CfgRpc> {
  return rpc(doc, (state) => (call) => {
    const read = call.scan(named ? 'SS' : 'S');
    if (!read.ok) return read.reply;
    const group = parseGroup(read.args[0] as string);
    if (group?.instance === undefined) return fault(400, WRONG_INSTANCE);
    return act(state, group, (read.args[1] as string | undefined) ?? '') ? reply() : fault(400, failure);
  });
}

function get(state: CfgRpc, call: RpcCall): RpcReply {
  const read = call.scan('S*S');
  if (!read.ok) return fault(500, 'Failed to get the parameters');
  const group = parseGroup(read.args[0] as string);
  if (group === null) return fault(400, WRONG_GROUP);
  const name = read.args[1] as string | undefined;
  if (name !== undefined) {
    const value = state.get(group, name);
    return value === undefined ? fault(400, 'Failed to get the variable') : reply(value);
  }
  const fields: (readonly [string, RpcValue])[] = [];
  for (const each of state.names(group.group)) {
    const value = state.get(group, each);
    if (value === undefined) return fault(400, 'Failed to get the variable');
    fields.push([each, value]);
  }
  return reply(struct(fields));
}

function help(state: CfgRpc, call: RpcCall): RpcReply {
  const read = call.scan('SS');
  if (!read.ok) return read.reply;
  const variable = state.variable(read.args[0] as string, read.args[1] as string);
  if (variable === undefined) return fault(400, 'Failed to get the variable description');
  const type = variable.type === 'int' ? 'integer' : 'string';
  return reply(variable.doc === '' ? null : variable.doc, `(parameter type is ${type})`);
}

function diff(state: CfgRpc): RpcReply {
  return reply(
    ...state.pending.map((change) => {
      const { group, instance, name } = change;
      const plain = { group, instance: undefined };
      return struct([
        ['group name', group],
        ...(instance === undefined ? [] : [['group id', instance] as const]),
        ['variable name', name],
        ['old value', state.get(change, name) ?? null],
        ['new value', change.value ?? state.get(plain, name) ?? null],
      ]);
    }),
  );
}

export default defineModule({
  name: 'cfg_rpc',
  doc: 'RPC commands that read and change variables of the core, of modules and of the config while the server runs.',
  rpc: {
    'cfg.get': rpc('A variable’s value, or all of a group: group[id] [name].', (state) => (call) => get(state, call)),
    'cfg.list': rpc('Names of all variables, or of one group’s.', (state) => (call) => {
      const read = call.scan('*S');
      if (!read.ok) return read.reply;
      const groups = read.args[0] === undefined ? state.groups() : [read.args[0] as string];
      return list(groups.flatMap((group) => state.names(group).map((name) => `${group}: ${name}`)));
    }),
    'cfg.help': rpc('What a variable is, and its type: group name.', (state) => (call) => help(state, call)),
    'cfg.set': setter('Changes a variable: group[id] name value.', 'either', false),
    'cfg.seti': setter('Changes a variable to an integer: group[id] name value.', 'int', false),
    'cfg.sets': setter('Changes a variable to a text: group[id] name value.', 'string', false),
    'cfg.set_now_int': setter('Changes a variable to an integer: group[id] name value.', 'int', false),
    'cfg.set_now_string': setter('Changes a variable to a text: group[id] name value.', 'string', false),
    'cfg.set_delayed': setter('Notes a change for cfg.commit: group[id] name value.', 'either', true),
    'cfg.set_delayed_int': setter('Notes a change to an integer for cfg.commit.', 'int', true),
    'cfg.set_delayed_string': setter('Notes a change to a text for cfg.commit.', 'string', true),
    'cfg.commit': rpc('Makes the noted changes.', (state) => () => {
      state.commit();
      return reply();
    }),
    'cfg.rollback': rpc('Forgets the noted changes.', (state) => () => {
      state.pending = [];
      return reply();
    }),
    'cfg.diff': rpc('The noted changes with old and new values.', (state) => () => diff(state)),
    'cfg.del': onInstance(
      'Gives an instance the group’s value back: group[id] name.',
      true,
      'Failed to delete the value',
      (state, group, name) => state.remove(group, name),
    ),
    'cfg.del_delayed': onInstance(
      'Notes the same for cfg.commit: group[id] name.',
      true,
      'Failed to delete the value',
      (state, group, name) => state.removeDelayed(group, name),
    ),
    'cfg.add_group_inst': onInstance(
      'Makes an instance of a group: group[id].',
      false,
      'Failed to add the group instance',
      (state, group) => state.addInstance(group),
    ),
    'cfg.del_group_inst': onInstance(
      'Removes an instance of a group: group[id].',
      false,
      'Failed to delete the group instance',
      (state, group) => state.removeInstance(group),
    ),
    'cfg.reset': rpc('Puts variables back to what they were: group[id] [name].', (state) => (call) => {
      const read = call.scan('S*S');
      if (!read.ok) return read.reply;
      const group = parseGroup(read.args[0] as string);
      if (group === null) return fault(400, WRONG_GROUP);
      return state.reset(group, read.args[1] as string | undefined) ? reply() : fault(500, 'Reset failed');
    }),
  },
  configure: (host) => new CfgRpc(host),
});
