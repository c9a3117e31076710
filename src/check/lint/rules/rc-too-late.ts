import type { Expr, Statement } from '../../../../grammar/ast.js';
import { ALWAYS_TRUE } from '../facts.js';
import { defineRule, type Sighting } from '../rule.js';
import { formatPvs } from '../walk.js';

/** The call that set `$rc` last; null when there are several answers. */
type Last = { readonly name: string } | null;

export const rcTooLate = defineRule({
  code: 'KTS2060',
  name: 'rc-too-late',
  group: 'script',
  on: true,
  cause: '$rc (or $retcode) is read after a function that always leaves 1 there, such as xlog().',
  effect: 'it no longer holds what the function of interest returned: tests for its codes never hold.',
  fix: 'Keep it first: $var(rc) = $rc; right behind the call.',
  bad: `loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  lookup("location");
  xlog("looked up");
  if ($rc == -2) sl_send_reply("405", "Method Not Allowed");
}`,
  good: `loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  lookup("location");
  $var(rc) = $rc;
  xlog("looked up");
  if ($var(rc) == -2) sl_send_reply("405", "Method Not Allowed");
}`,
  *check(subject) {
    for (const node of subject.graph.nodes) {
      if (!node.pvs.some((m) => m.pv.name === 'rc' || m.pv.name === 'retcode')) continue;
      const found: Sighting[] = [];
      new Reader(found).block(node.block.body, null);
      yield* found;
    }
  },
});

/** Goes through a route in the order it runs, with the call that `$rc` is from. */
class Reader {
  constructor(private readonly found: Sighting[]) {}

  block(body: readonly Statement[], last: Last): Last {
    for (const s of body) last = this.statement(s, last);
    return last;
  }

  private statement(s: Statement, last: Last): Last {
    switch (s.kind) {
      case 'call-statement':
        return this.expr(s.call, last);
      case 'assign':
        return this.expr(s.value, last);
      case 'if': {
        const before = this.expr(s.condition, last);
        const then = this.block(s.then, before);
        const other = this.block(s.else ?? [], before);
        return then?.name === other?.name ? then : null;
      }
      case 'while': {
        // The second round begins with what the first has left.
        const before = this.expr(s.condition, null);
        this.block(s.body, before);
        return null;
      }
      case 'switch': {
        const before = this.expr(s.value, last);
        for (const c of s.cases) this.block(c.body, before);
        return null;
      }
      case 'return':
      case 'exit':
      case 'drop':
        return s.value ? this.expr(s.value, last) : last;
      default:
        return null;
    }
  }

  private expr(e: Expr, last: Last): Last {
    switch (e.kind) {
      case 'pv':
        if ((e.text === '$rc' || e.text === '$retcode') && last && ALWAYS_TRUE.has(last.name))
          this.found.push({ span: e.span, title: `${e.text} is what ${last.name}() left here: always 1` });
        return last;
      case 'call': {
        for (const arg of e.args) {
          if (arg.kind === 'word' || arg.kind === 'string') {
            const late =
              arg.kind === 'string' &&
              last &&
              ALWAYS_TRUE.has(last.name) &&
              // A log line that prints it twice is no decision.
              !ALWAYS_TRUE.has(e.name) &&
              formatPvs(arg.value).some((pv) => pv.name === 'rc' || pv.name === 'retcode');
            if (late) this.found.push({ span: arg.span, title: `$rc is what ${last?.name}() left here: always 1` });
          } else last = this.expr(arg, last);
        }
        return { name: e.name };
      }
      case 'unary':
        return this.expr(e.operand, last);
      case 'binary': {
        const left = this.expr(e.left, last);
        const right = this.expr(e.right, left);
        return e.op === '&&' || e.op === '||' ? (left?.name === right?.name ? right : null) : right;
      }
      case 'comparison':
        return e.right.kind === 'expr' ? this.expr(e.right.value, last) : last;
      case 'assign-expr':
        return this.expr(e.assign.value, last);
      case 'block-expr':
        return this.block(e.body, last);
      default:
        return last;
    }
  }
}
