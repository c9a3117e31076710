import { ArgumentError, type BindEnv } from '../../registry/arguments.js';
import { type Stored, XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { indexOf, parseXavpName } from '../pv/variables/xavp-name.js';

/** A field of an xavp, `$xavp(root=>field)`: gives its values for a run, or null when it is not there. */
export type XavpRef = (ctx: ScriptContext) => readonly Stored[] | null;

/** Reads `$xavp(root=>field[index])`; null when the text is another variable. With `[*]` every value of the field counts. */
export function parseXavp(text: string, env: BindEnv): XavpRef | null {
  const inner = /^\$(?:xavp\(([\s\S]*)\)|\(xavp\(([\s\S]*)\)\))$/.exec(text);
  if (inner === null) return null;
  const { root, field } = parseXavpName(inner[1] ?? inner[2]!, env);
  if (field === null) throw new ArgumentError('xavp has to have key2');
  return (ctx) => {
    const list = valueAt(ctx.attrs.xavps, root.name, indexOf(root, ctx) ?? 0);
    if (!(list instanceof XavpList)) return null;
    const index = indexOf(field, ctx);
    const value = valueAt(list, field.name, index ?? 0);
    if (value === undefined) return null;
    const values = index === undefined ? list.all(field.name) : [value];
    return values.filter((v): v is Stored => !(v instanceof XavpList));
  };
}

/** Negative indexes count from the oldest value. */
function valueAt(list: XavpList, name: string, index: number) {
  return list.get(name, index < 0 ? list.count(name) + index : index);
}
