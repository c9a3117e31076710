import type { CoreParam } from '../../grammar/ast.js';
import type { Span } from '../../grammar/source.js';
import type { ThreadGroupSpec } from '../registry/threads.js';

/** A group of worker threads and the line that declares it. */
export interface AsyncGroup extends ThreadGroupSpec {
  readonly span: Span;
}

/** The core parameters that declare groups, in the order of which they take effect. */
const DECLARES = new Set(['async_workers', 'async_nonblock', 'async_usleep', 'async_workers_group']);

/** What upstream calls a group that none of the lines names. */
const DEFAULT_GROUP = 'default';

/** Tasks per worker, unless a group line says `queue=N` (an attribute of our own; upstream ignores unknown ones). */
const DEFAULT_QUEUE = 10_000;

interface Draft {
  readonly name: string;
  workers: number;
  nonblock: boolean;
  usleep: number;
  queue: number;
  readonly span: Span;
}

/**
 * The groups of worker threads that a config declares. Lines take effect one after the other, as upstream's do: switches
 * of the default group in front of `async_workers` are lost, a group line for `default` does not change the number of
 * workers it has, a first group of another name brings `default` with one worker, and of two groups with one name the
 * last is used.
 */
export function asyncGroups(items: readonly CoreParam[]): readonly AsyncGroup[] {
  const groups = new Map<string, Draft>();
  for (const { name, value, span } of items) {
    if (!DECLARES.has(name)) continue;
    if (name === 'async_workers_group') addGroup(groups, `${value.value}`, span);
    else setDefault(groups, name, Number(value.value), span);
  }
  return [...groups.values()];
}

function setDefault(groups: Map<string, Draft>, param: string, value: number, span: Span): void {
  const known = groups.get(DEFAULT_GROUP);
  if (param === 'async_workers') {
    if (value > 0 && known === undefined) groups.set(DEFAULT_GROUP, draft(DEFAULT_GROUP, value, span));
    return;
  }
  if (known === undefined) return;
  if (param === 'async_nonblock') known.nonblock = value !== 0;
  else known.usleep = value;
}

function addGroup(groups: Map<string, Draft>, text: string, span: Span): void {
  const given = readGroup(text);
  if (given.name === '' || given.workers <= 0) return;
  const group = groups.get(given.name);
  if (given.name === DEFAULT_GROUP && group !== undefined) {
    Object.assign(group, { nonblock: given.nonblock, usleep: given.usleep, queue: given.queue });
    return;
  }
  if (groups.size === 0 && given.name !== DEFAULT_GROUP) {
    groups.set(DEFAULT_GROUP, draft(DEFAULT_GROUP, 1, span));
  }
  groups.set(given.name, { ...given, span });
}

const draft = (name: string, workers: number, span: Span): Draft => ({
  name,
  workers,
  nonblock: false,
  usleep: 0,
  queue: DEFAULT_QUEUE,
  span,
});

/** Reads `name=X;workers=N;nonblock=0/1;usleep=M;queue=N`: names of attributes in any case, unknown ones ignored. */
export function readGroup(text: string): ThreadGroupSpec {
  const found = { name: '', workers: 0, nonblock: false, usleep: 0, queue: DEFAULT_QUEUE };
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at < 0) continue;
    const value = part.slice(at + 1).trim();
    switch (part.slice(0, at).trim().toLowerCase()) {
      case 'name':
        found.name = value;
        break;
      case 'workers':
        found.workers = wholeNumber(value);
        break;
      case 'nonblock':
        found.nonblock = wholeNumber(value) !== 0;
        break;
      case 'usleep':
        found.usleep = wholeNumber(value);
        break;
      case 'queue':
        found.queue = wholeNumber(value) || DEFAULT_QUEUE;
        break;
    }
  }
  return found;
}

/** As upstream reads numbers of attributes: anything else is 0. */
function wholeNumber(text: string): number {
  return /^[0-9]+$/.test(text) ? Number(text) : 0;
}
