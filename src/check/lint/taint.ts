import type { PvNode } from '../../../grammar/pv.js';
import { MESSAGE_TEXT } from './facts.js';
import type { Graph } from './graph.js';
import { valuePvs } from './walk.js';

/** Transformations after which a text is a number, or letters and digits only. */
const ENCODES =
  /^(?:s\.(?:int|len|md5|sha\w+|encode\.(?:hexa|base58|base64\w*)|numeric|alphanum|count|corehash)|num\.|uri\.port|line\.count)/i;

/** Those, and escapes of quotes. */
const TAMES = new RegExp(`${ENCODES.source}|^(?:s\\.(?:escape\\.\\w+|sql)|sql\\.|val\\.|re\\.subst)`, 'i');

/** A pattern of digits, letters and sets of them: nothing in what it matches is a quote. */
const PLAIN = /^\^(?:[\w+*?(){}|,-]|\\[.+-]|\[[\w.+-]+\])+\$$/;

/** True when the pattern is one for all of a text: alternatives only stand in parentheses. */
function isPlain(pattern: string): boolean {
  return PLAIN.test(pattern) && !pattern.replace(/\([^()]*\)/g, '').includes('|');
}

/** Variables that hold text of messages wherever they are set. */
export class Taint {
  readonly #vars = new Set<string>();
  /** Texts that the script holds against a whole pattern of plain characters somewhere. */
  readonly #checked = new Set<string>();

  constructor(graph: Graph) {
    for (const { expr } of graph.nodes.flatMap((n) => n.exprs)) {
      if (expr.kind !== 'binary' || expr.op !== '=~' || expr.left.kind !== 'pv' || expr.right.kind !== 'string')
        continue;
      if (isPlain(expr.right.value)) this.#checked.add(expr.left.text);
    }
    const sources = new Map<string, boolean>();
    for (let round = 0; round < 3; round++) {
      sources.clear();
      for (const node of graph.nodes) {
        for (const { assign } of node.assigns) {
          if (assign.target.kind !== 'pv') continue;
          const key = assign.target.text;
          if (!/^\$(?:var|avp|xavp|vn|shv)\(/.test(key)) continue;
          const tainted = valuePvs(assign.value).some((pv) => this.holdsMessageText(pv));
          sources.set(key, (sources.get(key) ?? true) && tainted);
        }
      }
      for (const [key, tainted] of sources) if (tainted) this.#vars.add(key);
    }
  }

  /** True when a peer decides what text this gives, quotes and all; `escapes`: whether escapes for SQL are enough. */
  holdsMessageText(pv: PvNode, escapes = true): boolean {
    if (this.#checked.has(pv.text)) return false;
    const tames = escapes ? TAMES : ENCODES;
    if (pv.transformations.some((t) => tames.test(`${t.cls}.${t.op}`))) return false;
    if (MESSAGE_TEXT.has(pv.name)) return pv.name !== 'sel' || !(pv.inner ?? '').startsWith('cfg_get');
    return this.#vars.has(`$${pv.name}(${pv.inner})`);
  }
}
