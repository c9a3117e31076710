import type { Counter, Statistics } from '../../observe/statistics.js';
import type { RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, list, type RpcReply, reply, struct } from '../../rpc/value.js';
import type { ScriptCounters } from './counters.js';

type Answer = (statistics: Statistics, call: RpcCall) => RpcReply;

const names = (statistics: Statistics, group: string): string[] => statistics.inGroup(group).map((c) => c.name);

/** All counters of a group with their values. */
function values(statistics: Statistics, group: string): RpcReply {
  return reply(struct(statistics.inGroup(group).map((c) => [c.name, c.get()])));
}

const groupValues: Answer = (statistics, call) => {
  const read = call.scan('s');
  return read.ok ? values(statistics, read.args[0] as string) : read.reply;
};

const groups: Answer = (statistics) => list(statistics.groups());

const groupNames: Answer = (statistics, call) => {
  const read = call.scan('s');
  return read.ok ? list(names(statistics, read.args[0] as string)) : read.reply;
};

/** Commands over one counter: `group name`. */
const onCounter =
  (act: (counter: Counter) => RpcReply): Answer =>
  (statistics, call) => {
    const read = call.scan('ss');
    if (!read.ok) return read.reply;
    const [group, name] = read.args as [string, string];
    const counter = statistics.find(group, name);
    return counter === undefined ? fault(400, `non-existent counter ${group}.${name}\n`) : act(counter);
  };

/** `cnt.get group [name]` */
const get: Answer = (statistics, call) => {
  const read = call.scan('s*s');
  if (!read.ok) return read.reply;
  const [group, name] = read.args as [string, string | undefined];
  if (name === undefined) return values(statistics, group);
  const counter = statistics.find(group, name);
  return counter === undefined ? fault(400, `non-existent counter ${group}.${name}\n`) : reply(counter.get());
};

const COMMANDS: Readonly<Record<string, readonly [doc: string, answer: Answer]>> = {
  'cnt.get': ['A counter’s value, or all of a group: group [name].', get],
  'cnt.get_raw': ['A counter’s value as it is kept: group name.', onCounter((counter) => reply(counter.get()))],
  'cnt.get_vars': ['All counters of a group with their values: group.', groupValues],
  'cnt.grp_get_all': ['All counters of a group with their values: group.', groupValues],
  'cnt.grps_list': ['Names of all groups.', groups],
  'cnt.list_groups': ['Names of all groups.', groups],
  'cnt.list_vars': ['Names of a group’s counters: group.', groupNames],
  'cnt.var_list': ['Names of a group’s counters: group.', groupNames],
  'cnt.help': ['What a counter counts: group name.', onCounter((counter) => reply(counter.doc))],
  'cnt.reset': [
    'Sets a counter to zero: group name.',
    onCounter((counter) => {
      counter.reset();
      return reply();
    }),
  ],
};

/** The `cnt.*` commands, over every statistic of the server. */
export const commands: Readonly<Record<string, RpcDef<ScriptCounters>>> = Object.fromEntries(
  Object.entries(COMMANDS).map(([name, [doc, answer]]) => [
    name,
    { doc, bind: (_state, host) => (call: RpcCall) => answer(host.statistics, call) } satisfies RpcDef<ScriptCounters>,
  ]),
);
