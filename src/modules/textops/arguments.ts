import { ArgumentError, type BindEnv, parsed } from '../../registry/arguments.js';
import { parseSubst } from '../../script/regex/subst.js';
import { isTokenChar } from '../../sip/chars.js';

/** The name of a header, any case, long or compact. */
export const headerName = (name: string) => parsed<string>(name, checkedName, 'name of a header');

function checkedName(name: string): string {
  if (name === '') throw new ArgumentError('empty header name parameter');
  for (let i = 0; i < name.length; i++) {
    if (!isTokenChar(name.charCodeAt(i))) throw new ArgumentError(`invalid start of header name for [${name}:]`);
  }
  return name;
}

/** `/pattern/replacement/flags`, with variables in the replacement. */
export const substitution = (name: string) =>
  parsed(
    name,
    (text: string, env: BindEnv) => {
      const subst = parseSubst(text, env);
      if ('error' in subst) throw new ArgumentError(`bad subst re: ${text}: ${subst.error}`);
      return subst;
    },
    '`/pattern/replacement/flags`',
  );
