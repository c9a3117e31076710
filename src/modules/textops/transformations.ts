import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type ModuleDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { parseSubst, type Subst } from '../../script/regex/subst.js';
import { toText, type Value } from '../../script/value.js';
import type { Textops } from './state.js';

const { transformation } = entriesOf<Textops>();

/** The text with its matches replaced, or the input when there are none; undefined when the pattern matches nothing. */
function replaced(subst: Subst, text: string, ctx: ScriptContext, input: Value = text): Value {
  const result = subst.applyStrictly(text, ctx);
  return result === null ? input : result;
}

export const TRANSFORMATIONS: ModuleDef<Textops>['transformations'] = {
  re: {
    subst: transformation({
      doc: 'Substitutes: `{re.subst,/pattern/replacement/flags}`; a text without match stays.',
      params: [1, 1],
      separator: null,
      bind(state, [param], env) {
        if (param === undefined) throw new ArgumentError('substitution expected');
        // Everything behind the comma is the substitution, or one variable that holds it.
        const variable = param.kind === 'pv' ? param : param.text.startsWith('$') ? env.pv(param.text) : null;
        if (variable !== null) {
          return (ctx, input) => {
            const text = toText(input);
            const subst = text === '' ? null : state.subst(toText(variable.read(ctx)));
            return subst === null ? undefined : replaced(subst, text, ctx);
          };
        }
        const subst = parseSubst(param.text, env);
        if ('error' in subst) throw new ArgumentError(subst.error);
        return (ctx, input) => {
          const text = toText(input);
          return text === '' ? undefined : replaced(subst, text, ctx, input);
        };
      },
    }),
  },
};
