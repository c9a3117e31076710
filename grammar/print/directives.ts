/** How far a preprocessor directive reaches in the text. */
export interface DirectiveShape {
  /**
   * `line`: the rest of its line. `continued`: the same, and further lines after a backslash. `alone`: only with
   * nothing else on its line. `field`: up to the end of the next word. `word`: nothing but itself.
   */
  readonly extent: 'line' | 'continued' | 'alone' | 'field' | 'word';
  /** Only a directive when a blank follows the word. */
  readonly blankAfter?: boolean;
  readonly condition?: boolean;
  /** Says which dialect follows; written with `#!` only. */
  readonly marker?: boolean;
}

const each = (words: string, shape: DirectiveShape): [string, DirectiveShape][] =>
  words.split(' ').map((word) => [word, shape]);

/** The directives by the word behind `#!`. */
export const DIRECTIVE_SHAPES: ReadonlyMap<string, DirectiveShape> = new Map([
  ...each('define def trydefine trydef redefine redef defexp defexps', { extent: 'continued', blankAfter: true }),
  ...each('undefine undef tryundefine tryundef', { extent: 'line', blankAfter: true }),
  ...each('defenv defenvs trydefenv trydefenvs', { extent: 'field' }),
  ...each('ifdef ifndef ifexp', { extent: 'line', blankAfter: true, condition: true }),
  ...each('else endif', { extent: 'alone', condition: true }),
  ...each('subst substdef substdefs', { extent: 'word' }),
  ...each('include_file import_file', { extent: 'field' }),
  ...each('KAMAILIO OPENSER SER MAXCOMPAT ALL', { extent: 'alone', marker: true }),
]);
