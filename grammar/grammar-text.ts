import type { ISerializedGast, TokenType } from 'chevrotain';
import { ConfigParser } from './parser.js';
import { BINARY, keywordTable, TOKEN_TYPES } from './tokens.js';

/** Where lines of rules are broken. */
const WIDTH = 110;

const PREFACE = `# The syntax of Kamailio config scripts

# Written by \`npm run docs\` from the parser (grammar/parser*.ts); a test keeps it in step.
#
#   { x }    any number of x, or none          "x"    this text
#   x+       one x or more                     NAME   a token, or one of several; they are listed at the end
#   [ x ]    x or nothing                      a | b  one of these
#   { x / "," }  any number, with a comma between each two
#
# What a rule cannot say is checked while parsing and reported with its place: the kind of value that a core parameter
# takes, labels of a switch that are no constants, operands that a comparison does not take. Precedence of operators
# stands at the end.

# Before this syntax comes the preprocessor, line by line (grammar/preprocess.ts). "#!" may be written "!!".
#
#   #!KAMAILIO  #!OPENSER  #!SER  #!ALL  #!MAXCOMPAT     what the file is written for; stands alone in a line
#   #!define NAME [text]   #!trydef  #!redef             text replaces NAME wherever it stands as a word
#   #!defexp NAME expr     #!defexps                     a number, or a text, that is computed while reading
#   #!defenv NAME [=ENV]   #!defenvs  #!trydefenv(s)     from the environment; with s between quotes
#   #!subst "/regex/text/flags"   #!substdef  #!substdefs   replaces inside of strings; substdef defines as well
#   #!ifdef NAME  #!ifndef NAME  #!ifexp expr  #!else  #!endif
#   include_file "path"    import_file "path"            import_file is content when there is none
#
# A define ends with its line unless a backslash ends that. Comments: # and // to the end of a line, /* to */.
`;

/** Tokens whose text the scanner finds by rules of its own (grammar/scanner.ts). */
const SCANNED: Readonly<Record<string, string>> = {
  Id: 'letters, digits and _, not beginning with a digit; no keyword',
  NumId: 'letters, digits and _, beginning with a digit, that are no number',
  Number: 'decimal, 0x hexadecimal, 0 octal, or binary digits followed by b; yes on true enable, no off false disable',
  String: `"text" with \\n \\r \\t \\a \\\\ \\" \\xHH and octal escapes, or 'text' without; several in a row are one`,
  Pv: '$name  $name(inner)  $(name(inner)[index]{class.name,parameter}): inner text is scanned by brackets',
  Attr: '%name of the SER days: an AVP',
  Select: '@name.name["text"][number].nested',
  Ipv6: 'an IPv6 address with a colon at least',
  EventName: 'all between the brackets of event_route',
  Subst: 'a #!subst line where a statement may stand',
};

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly definition?: readonly Node[];
  readonly separator?: { readonly name: string };
}

/** The text of `grammar/grammar.txt`: every rule of the parser, and the tokens they are made of. */
export function grammarText(): string {
  const rules = new ConfigParser().getSerializedGastProductions() as (ISerializedGast & Node)[];
  const used = new Set<string>();
  const spelled = spellings();
  const write = new RuleWriter(spelled, used);
  // From the whole file down to its smallest parts.
  const text = [...rules].reverse().map((rule) => write.rule(rule));
  return [PREFACE, text.join('\n'), tokenList(used, spelled), precedence(spelled)].join('\n');
}

/** How tokens with fixed texts are written, by token name. */
function spellings(): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, string[]>();
  for (const [text, { name }] of keywordTable('6.x')) texts.set(name, [...(texts.get(name) ?? []), text]);
  for (const { name, LABEL } of TOKEN_TYPES) {
    const fixed = /^`(.*)`$/.exec(LABEL ?? '')?.[1];
    if (fixed !== undefined && !texts.get(name)?.includes(fixed) && !/^\w/.test(fixed))
      texts.set(name, [fixed, ...(texts.get(name) ?? [])]);
  }
  return texts;
}

class RuleWriter {
  constructor(
    private readonly spelled: ReadonlyMap<string, readonly string[]>,
    private readonly used: Set<string>,
  ) {}

  rule(rule: Node): string {
    const alone =
      rule.definition?.length === 1 && rule.definition[0]!.type === 'Alternation' ? rule.definition[0]! : null;
    const choices = (alone?.definition ?? [rule]).map((d) => this.#sequence(d));
    return `${rule.name}\n${choices.map((c, i) => fold(`${i === 0 ? '  = ' : '  | '}${c}`)).join('\n')}\n`;
  }

  #sequence(node: Node): string {
    return (node.definition ?? []).map((d) => this.#element(d)).join(' ');
  }

  #element(node: Node): string {
    const separator = node.separator ? ` / ${this.#token(node.separator.name)}` : '';
    switch (node.type) {
      case 'Terminal':
        return this.#token(node.name!);
      case 'NonTerminal':
        return node.name!;
      case 'Option':
        return `[ ${this.#sequence(node)} ]`;
      case 'Repetition':
      case 'RepetitionWithSeparator':
        return `{ ${this.#sequence(node)}${separator} }`;
      case 'RepetitionMandatory':
      case 'RepetitionMandatoryWithSeparator':
        return `( ${this.#sequence(node)}${separator} )+`;
      case 'Alternation':
        return this.#choice(node.definition!.map((d) => this.#sequence(d)));
      default:
        return this.#sequence(node);
    }
  }

  /** One of several; the last of them may be nothing. */
  #choice(choices: readonly string[]): string {
    const given = choices.filter((c) => c !== '');
    return given.length < choices.length ? `[ ${given.join(' | ')} ]` : `( ${given.join(' | ')} )`;
  }

  #token(name: string): string {
    const texts = this.spelled.get(name);
    if (texts?.length === 1 && !Object.hasOwn(SCANNED, name)) return `"${texts[0]}"`;
    this.used.add(name);
    return shout(name);
  }
}

/** The tokens that rules name in capitals. Categories are shown by what belongs to them. */
function tokenList(used: Set<string>, spelled: ReadonlyMap<string, readonly string[]>): string {
  const members = (category: TokenType): TokenType[] =>
    TOKEN_TYPES.filter((t) => t.CATEGORIES?.includes(category)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines: string[] = [];
  const open = [...used];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const category = TOKEN_TYPES.find((t) => t.name === name)!;
    const inside = members(category);
    for (const t of inside) {
      if (used.has(t.name) || isFixed(t.name, spelled)) continue;
      used.add(t.name);
      open.push(t.name);
    }
  }
  for (const name of [...used].sort()) {
    const inside = members(TOKEN_TYPES.find((t) => t.name === name)!);
    const shown = inside.map((t) => (isFixed(t.name, spelled) ? `"${spelled.get(t.name)![0]}"` : shout(t.name)));
    const texts = Object.hasOwn(SCANNED, name)
      ? SCANNED[name]!
      : [...shown, ...[...(spelled.get(name) ?? [])].sort().map((t) => `"${t}"`)].join(' ');
    lines.push(`${shout(name)}\n${fold(`  : ${texts}`)}\n`);
  }
  return `# Tokens\n\n${lines.join('\n')}`;
}

function isFixed(name: string, spelled: ReadonlyMap<string, readonly string[]>): boolean {
  return spelled.get(name)?.length === 1 && !Object.hasOwn(SCANNED, name);
}

function precedence(spelled: ReadonlyMap<string, readonly string[]>): string {
  const levels = new Map<number, string[]>();
  for (const [token, { level }] of BINARY)
    levels.set(level, [...(levels.get(level) ?? []), ...(spelled.get(token.name) ?? [])]);
  const lines = [...levels].sort(([a], [b]) => a - b).map(([, texts]) => `#   ${texts.join('  ')}\n`);
  return `# Binary operators, loosest first; all of them group from the left. Prefix operators bind tighter.\n#\n${lines.join('')}`;
}

/** Token names in capitals: `StringLiteral` is written `STRING`. */
const shout = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** Breaks a line at blanks, the rest indented. */
function fold(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) /)) {
    if (current !== '' && current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = `      ${word}`;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n');
}
