import { ArgumentError } from '../../../registry/arguments.js';
import type { Attributes, Stored, XavpValue } from '../../../script/attributes.js';
import { XavpList } from '../../../script/attributes.js';
import type { ScriptContext } from '../../../script/context.js';
import { isDefined, toStored, toText, type Value } from '../../../script/value.js';
import { joinValues, type PvTable, pv, type Read, type Write } from '../define.js';
import { indexOf, lacksIndex, parseXavpName, type XavpKey, type XavpName } from './xavp-name.js';

/** A list prints as an address upstream, which nothing can be done with; here as a fixed word in the same shape. */
const LIST_TEXT = '<<xavp:list>>';

function shown(value: XavpValue | undefined): Value {
  if (value === undefined) return null;
  return value instanceof XavpList ? LIST_TEXT : value;
}

/** The value a key names; negative indexes count from the oldest. */
function lookup(list: XavpList, key: XavpKey, ctx: ScriptContext): XavpValue | undefined {
  const index = indexOf(key, ctx) ?? 0;
  return list.get(key.name, index < 0 ? list.count(key.name) + index : index);
}

/** Reads a name; an index that is no integer in a run makes the read fail. */
function reader(name: XavpName, rootOf: (attrs: Attributes) => XavpList): Read {
  const read = plainReader(name, rootOf);
  if (!hasVariableIndex(name)) return read;
  return (ctx) => (lacksIndex(name, ctx) ? undefined : read(ctx));
}

function hasVariableIndex(name: XavpName): boolean {
  return typeof name.root.index === 'function' || typeof name.field?.index === 'function';
}

function plainReader(name: XavpName, rootOf: (attrs: Attributes) => XavpList): Read {
  const { root, field } = name;
  if (field === null) {
    if (root.index === undefined) return (ctx) => shown(rootOf(ctx.attrs).get(root.name));
    return (ctx) => shown(lookup(rootOf(ctx.attrs), root, ctx));
  }
  return (ctx) => {
    const list = lookup(rootOf(ctx.attrs), root, ctx);
    if (!(list instanceof XavpList)) return null;
    if (field.index === undefined) return shown(list.get(field.name));
    if (field.index !== 'all') return shown(lookup(list, field, ctx));
    const values = list.all(field.name);
    return values.length === 0
      ? null
      : joinValues(
          values.map((v) => toText(shown(v))),
          ', ',
        );
  };
}

/** Assignments count negative indexes one further than reads do, as upstream's do. */
function assignedIndex(list: XavpList, key: XavpKey, ctx: ScriptContext): number {
  const index = indexOf(key, ctx) ?? 0;
  return index < 0 ? list.count(key.name) + index + 1 : index;
}

function removeFrom(list: XavpList, key: XavpKey, ctx: ScriptContext): void {
  if (key.index === 'all') list.removeAll(key.name);
  else list.remove(key.name, assignedIndex(list, key, ctx));
}

function remove(root: XavpList, name: XavpName, ctx: ScriptContext): void {
  if (name.field === null) removeFrom(root, name.root, ctx);
  else if (name.root.index === 'all') {
    for (const list of root.all(name.root.name)) if (list instanceof XavpList) removeFrom(list, name.field, ctx);
  } else {
    const list = root.get(name.root.name, assignedIndex(root, name.root, ctx));
    if (list instanceof XavpList) removeFrom(list, name.field, ctx);
  }
}

/** Assigns one key: without index a push, with one a replacement. False when the index finds nothing. */
function put(list: XavpList, key: XavpKey, ctx: ScriptContext, value: XavpValue): boolean {
  if (key.index === undefined) list.push(key.name, value);
  else if (key.index !== 'all') return list.set(key.name, assignedIndex(list, key, ctx), value);
  return true;
}

function writer(name: XavpName, rootOf: (attrs: Attributes) => XavpList): Write {
  const { root, field } = name;
  return (ctx, value) => {
    if (lacksIndex(name, ctx)) return false;
    const top = rootOf(ctx.attrs);
    if (!isDefined(value)) {
      remove(top, name, ctx);
      return true;
    }
    const stored = toStored(value) as Stored;
    if (field === null) return root.index !== 'all' && put(top, root, ctx, stored);
    if (root.index === undefined) {
      const list = new XavpList(top.ignoreCase);
      list.push(field.name, stored);
      top.push(root.name, list);
      return true;
    }
    if (root.index === 'all') return true;
    const list = top.get(root.name, assignedIndex(top, root, ctx));
    if (list === undefined) return true;
    if (!(list instanceof XavpList)) return false;
    put(list, field, ctx, stored);
    return true;
  };
}

/** Reads how many values a name has; a key without index counts all of its values. */
export function countXavps(name: XavpName): Read {
  const { root, field } = name;
  const countIn = (list: XavpList, key: XavpKey, ctx: ScriptContext): number =>
    key.index === undefined || key.index === 'all'
      ? list.count(key.name)
      : lookup(list, key, ctx) === undefined
        ? 0
        : 1;
  return (ctx) => {
    const top = ctx.attrs.xavps;
    if (field === null) return countIn(top, root, ctx);
    const one = root.index !== undefined && root.index !== 'all';
    let n = 0;
    for (const list of one ? [lookup(top, root, ctx)] : top.all(root.name)) {
      if (list instanceof XavpList) n += countIn(list, field, ctx);
    }
    return n;
  };
}

function stack(doc: string, rootOf: (attrs: Attributes) => XavpList) {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: true,
    bind: (_state, inner, _index, env) => {
      const name = parseXavpName(inner!.text, env);
      return { read: reader(name, rootOf), write: writer(name, rootOf) };
    },
  });
}

/** `name` or `name=>field` of `$xavu`. */
function parseXavuName(text: string): readonly [string, string | null] {
  const trimmed = text.trim();
  const eq = trimmed.indexOf('=');
  if (eq < 0) return [trimmed, null];
  if (eq === 0 || trimmed[eq + 1] !== '>' || eq + 2 >= trimmed.length)
    throw new ArgumentError(`invalid xavu name: ${text}`);
  return [trimmed.slice(0, eq), trimmed.slice(eq + 2)];
}

/** `$xavp`, `$xavi`, `$xavu`. */
export const xavpPvs: PvTable = {
  xavp: stack(
    'Attribute with fields, of the message and its transaction: a stack of values or of lists of named values.',
    (a) => a.xavps,
  ),
  xavi: stack('As $xavp, with names that ignore case.', (a) => a.xavis),
  xavu: pv({
    doc: 'Attribute with one value, or one value per field.',
    inner: 'required',
    index: false,
    writable: true,
    bind: (_state, inner) => {
      const [name, field] = parseXavuName(inner!.text);
      return {
        read: (ctx) => {
          const value = ctx.attrs.xavus.get(name);
          if (value instanceof Map) return field === null ? LIST_TEXT : (value.get(field) ?? null);
          return field === null ? (value ?? null) : null;
        },
        write: (ctx, value) => {
          const { xavus } = ctx.attrs;
          const stored = toStored(value);
          const present = xavus.get(name);
          if (stored === null) {
            if (field === null) xavus.delete(name);
            else if (present instanceof Map) present.delete(field);
          } else if (field === null) xavus.set(name, stored);
          else if (present instanceof Map) present.set(field, stored);
          else xavus.set(name, new Map([[field, stored]]));
          return true;
        },
      };
    },
  }),
};
