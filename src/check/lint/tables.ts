import type { Span } from '../../../grammar/source.js';
import type { Subject } from './subject.js';
import { literal } from './walk.js';

/** The hash tables that the config declares. */
export function tableLines(subject: Subject): { readonly name: string; readonly span: Span }[] {
  return subject.params('htable', 'htable').map(({ value, span }) => {
    const text = `${value.value}`;
    const at = text.indexOf('=>');
    return { name: (at < 0 ? text : text.slice(0, at)).trim(), span };
  });
}

const PVS = ['sht', 'shtex', 'shtcn', 'shtcv', 'shtinc', 'shtdec'];

/** Every mention of a hash table by name; `name` is null when only a run knows it. */
export function* tableNames(subject: Subject): Iterable<{ readonly name: string | null; readonly span: Span }> {
  for (const { pv, span } of subject.graph.pvs(...PVS)) {
    const at = (pv.inner ?? '').indexOf('=>');
    const name = (pv.inner ?? '').slice(0, at < 0 ? undefined : at).trim();
    yield { name: name.includes('$') ? null : name, span };
  }
  for (const node of subject.graph.nodes) {
    for (const { call, name } of node.calls) {
      if (!name.startsWith('sht_')) continue;
      // Iterators come first in some of them.
      const iterates = name === 'sht_iterator_start';
      if (name.startsWith('sht_iterator') && !iterates) continue;
      const text = literal(call, iterates ? 1 : 0);
      if (text === undefined) yield { name: null, span: call.span };
      else yield { name: text.split('=>')[0]!.trim(), span: call.span };
    }
  }
}
