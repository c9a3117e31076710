import type { CoreParam } from '../../../grammar/ast.js';
import { attribute } from './attributes.js';
import type { Subject } from './subject.js';

/** A line that declares a group of worker threads. */
export interface GroupLine {
  readonly name: string;
  readonly workers: number;
  readonly line: CoreParam;
}

/** The `async_workers_group` lines, in order. */
export function groupLines(subject: Subject): GroupLine[] {
  return subject.core('async_workers_group').map((line) => {
    const text = `${line.value.value}`;
    const workers = attribute(text, 'workers') ?? '';
    return { name: attribute(text, 'name') ?? '', workers: /^\d+$/.test(workers) ? Number(workers) : 0, line };
  });
}

/** The names of all groups that have workers; a first group of another name brings `default` along. */
export function groupNames(subject: Subject): ReadonlySet<string> {
  const names = new Set(
    groupLines(subject)
      .filter((g) => g.name !== '' && g.workers > 0)
      .map((g) => g.name),
  );
  if (names.size > 0 || (subject.coreInt('async_workers') ?? 0) > 0) names.add('default');
  return names;
}
