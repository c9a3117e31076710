import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef } from '../../registry/module.js';
import type { Async } from './state.js';

const { pv } = entriesOf<Async>();

/** The group that scripts know this thread by; null for thread 0 and threads of a module's own. */
const groupOf = ({ host }: Async): string | null => {
  const { group } = host.threads;
  return group === '' || group.startsWith(' ') ? null : group;
};

/** Upstream takes every other name of these lengths for `data`. */
const DATA_LENGTHS = [4, 5];

export const variables: Readonly<Record<string, PvDef<Async>>> = {
  async: pv({
    doc: '`$async(data)`: what the data route that runs was given; `$async(gname)`: the group of the worker that runs this; null elsewhere.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = inner!.text;
      if (name === 'gname') return { read: () => groupOf(state) };
      if (!DATA_LENGTHS.includes(name.length))
        throw new ArgumentError(`unknown name: it is data or gname, not ${name}`);
      return { read: (ctx) => state.dataOf(ctx) };
    },
  }),
};
