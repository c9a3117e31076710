import type { Span } from '../../../grammar/source.js';
import { attribute } from './attributes.js';
import type { Subject } from './subject.js';

/** A timer of module rtimer with the lines that give it routes. */
export interface TimerLine {
  readonly name: string;
  readonly mode: number;
  /** As written; undefined when it is not there. */
  readonly interval: string | undefined;
  readonly span: Span;
  readonly execs: { readonly route: string | undefined; readonly text: string; readonly span: Span }[];
}

export function timerLines(subject: Subject): TimerLine[] {
  const timers = new Map<string, TimerLine>();
  for (const { name: param, value, span } of subject.params('rtimer')) {
    const text = `${value.value}`;
    if (param === 'timer') {
      const name = attribute(text, 'name') ?? '';
      const interval = attribute(text, 'interval');
      const mode = Number(attribute(text, 'mode') ?? 0) || 0;
      timers.set(name.toLowerCase(), { name, mode, interval, span, execs: [] });
    } else if (param === 'exec') {
      const timer = timers.get((attribute(text, 'timer') ?? '').toLowerCase());
      timer?.execs.push({ route: attribute(text, 'route'), text, span });
    }
  }
  return [...timers.values()];
}
