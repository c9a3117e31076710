import type { Span } from '../../../grammar/source.js';
import type { Subject } from './subject.js';

/** Functions with a literal regular expression, and where it stands. */
const TAKES_PATTERN: Readonly<Record<string, number>> = {
  search: 0,
  search_body: 0,
  search_hf: 1,
  search_append: 0,
  search_append_body: 0,
  replace: 0,
  replace_all: 0,
  replace_body: 0,
  replace_body_all: 0,
  remove_hf_re: 0,
  is_present_hf_re: 0,
  t_check_status: 0,
  remove_hf_exp: 0,
  pcre_match: 1,
};

/** Every literal regular expression of routes: right of `=~`, in `case /…`, and in functions of textops and tm. */
export function* patterns(
  subject: Subject,
): Iterable<{ readonly text: string; readonly span: Span; readonly tests: boolean }> {
  for (const node of subject.graph.nodes) {
    for (const { expr } of node.exprs) {
      if (expr.kind === 'binary' && expr.op === '=~' && expr.right.kind === 'string')
        yield { text: expr.right.value, span: expr.right.span, tests: true };
      if (
        expr.kind === 'comparison' &&
        expr.op === '=~' &&
        expr.right.kind === 'expr' &&
        expr.right.value.kind === 'string'
      )
        yield { text: expr.right.value.value, span: expr.right.value.span, tests: true };
    }
    for (const { statement } of node.statements) {
      if (statement.kind !== 'switch') continue;
      for (const { label } of statement.cases)
        if (label.kind === 'regex' && label.value.kind === 'string')
          yield { text: label.value.value, span: label.value.span, tests: true };
    }
    for (const { call, name } of node.calls) {
      const arg = call.args[TAKES_PATTERN[name] ?? -1];
      if (arg?.kind === 'string') yield { text: arg.value, span: arg.span, tests: !name.startsWith('re') };
    }
  }
}
