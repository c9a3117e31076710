import type { Host } from '../../registry/host.js';
import type { ScriptContext } from '../context.js';
import type { SelectStep } from './path.js';

/** Reads a select: text, null when there is nothing, undefined when what it is part of cannot be parsed. */
export type SelectRead = (ctx: ScriptContext) => string | null | undefined;

/** A place in the tree of selects that a path has reached. */
export interface SelectNode {
  /** What the path reads when it ends here; absent when it may not. */
  readonly read?: SelectRead;
  /** The node a further step leads to; null when there is none of that name. */
  readonly step?: (step: SelectStep) => SelectNode | null;
}

/** Makes a node from the step that names it. */
export type SelectEntry = (step: SelectStep, host: Host) => SelectNode | null;

export function leaf(read: SelectRead): SelectNode {
  return { read };
}

/** A node whose further steps are named in a table. */
export function branch(
  read: SelectRead | undefined,
  table: Readonly<Record<string, (step: SelectStep) => SelectNode | null>>,
): SelectNode {
  return {
    read,
    step: (step) => (Object.hasOwn(table, step.name) ? table[step.name]!(step) : null),
  };
}

/** Empty text counts as nothing. */
export function filled(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
