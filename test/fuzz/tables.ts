import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run fuzz -- tables` writes the oracle cases of `language-tables`: every operator with operands of every type in
 * both orders, every transformation with inputs of every kind. `npm run oracle -- language-tables --record` records them.
 */
const DIR = fileURLToPath(new URL('../oracle/cases/language-tables/', import.meta.url));

/** Operands by the name they have in the log. */
const OPERANDS: readonly (readonly [string, string])[] = [
  ['0', '$var(i0)'],
  ['5', '$var(i5)'],
  ['-7', '$var(n7)'],
  ['text 5', '$var(s5)'],
  ['text 007', '$var(s7)'],
  ['abc', '$var(sa)'],
  ['empty', '$var(se)'],
  ['null', '$avp(none)'],
];
const SETUP = '$var(i0)=0; $var(i5)=5; $var(n7)=-7; $var(s5)="5"; $var(s7)="007"; $var(sa)="abc"; $var(se)="";';

const BINARY: Readonly<Record<string, string>> = {
  plus: '+',
  minus: '-',
  times: '*',
  divide: '/',
  mod: 'mod',
  and: '&',
  or: '|',
  xor: '^',
  left: '<<',
  right: '>>',
  less: '<',
  greater: '>',
  atmost: '<=',
  atleast: '>=',
  equal: '==',
  unequal: '!=',
  eq: 'eq',
  ne: 'ne',
  ieq: 'ieq',
  ine: 'ine',
  both: '&&',
  either: '||',
  match: '=~',
};
const UNARY = ['!', '-', '~', '(int)', '(str)', 'defined ', 'strlen', 'strempty'];

function operators(): string {
  const cases = Object.entries(BINARY).flatMap(([name, op]) =>
    OPERANDS.map(([a, x]) => {
      const lines = OPERANDS.map(
        ([b, y]) =>
          `$var(r)="kept"; $var(r) = ${x} ${op} ${y}; xlog("${a} ${op} ${b} = $var(r)\\n"); if (${x} ${op} ${y}) xlog("T\\n"); else xlog("F\\n");`,
      );
      return `=== ${name}.${a.replaceAll(' ', '-')} ${a} ${op} every operand\n${SETUP}\n${lines.join('\n')}\n`;
    }),
  );
  const unary = OPERANDS.flatMap(([a, x]) =>
    UNARY.map((op) => `$var(r)="kept"; $var(r) = ${op}(${x}); xlog("${op} ${a} = $var(r)\\n");`),
  );
  const truth = OPERANDS.map(
    ([a, x]) => `if (${x}) xlog("${a} T\\n"); else xlog("${a} F\\n"); if (!${x}) xlog("! T\\n"); else xlog("! F\\n");`,
  );
  return [
    '# Written by `npm run fuzz -- tables`.\n',
    ...cases,
    `=== unary operators of one operand\n${SETUP}\n${unary.join('\n')}\n`,
    `=== truth in if\n${SETUP}\n${truth.join('\n')}\n`,
    `=== sums where the place decides what a sum is\n${SETUP}\n${sums()}\n`,
  ].join('\n');
}

/** `+` in places that want an integer, a text, or either. */
function sums(): string {
  const places = [
    '%',
    '(%) - 0',
    '-(%)',
    '7 + (%)',
    '$var(s5) + (%)',
    '$var(i5) + (%)',
    '(%) == 51',
    '51 == (%)',
    '$var(i5) == (%)',
    '(%) eq "51"',
    '(%) && 1',
    '(int)(%)',
    '(str)(%)',
  ];
  const pairs = ['$var(s5) + 1', '$var(i5) + 1', '$avp(none) + 1', '$var(sa) + 1', '$var(s5) + "1"'];
  return pairs
    .flatMap((pair, i) =>
      places.map((place, j) => `$var(r)="kept"; $var(r)=${place.replace('%', pair)}; xlog("${i}.${j} $var(r)\\n");`),
    )
    .join('\n');
}

/** Inputs as config literals; the longest is made in the script. */
const INPUTS: readonly string[] = [
  '$null',
  '""',
  '"a"',
  '"abc abc"',
  '0',
  '12',
  '-7',
  '"12"',
  '"-7"',
  '"+7"',
  '"0x1F"',
  '"2147483648"',
  '" x "',
  '"\\t\\r\\n"',
  '"Ã©Ã "',
  '"\\xff\\x80"',
  '"a,b;c:d=e"',
  '";;"',
  '"=a="',
  '"sip:al:pw@h.com:5070;transport=tcp;lr;x=1"',
  '"sips:h.com"',
  '"tel:+12;y"',
  '"sip:"',
  '"sip:u@[::1]:70"',
  '"\\"B B\\" <sip:b@c:1;x=y>;tag=t;q=0.5"',
  '"B <sip:b@c>"',
  '"<sip:b@c>x"',
  '"n=1;N=2;m=\\"a;b\\";k"',
  '"n = 1 ; m"',
  '"l1\\r\\nl2: x\\nl3"',
  '"\\n\\nx"',
  '"it\'s \\"q\\" \\\\ %41+%zz"',
  '"616263"',
  '"6g"',
  '"(x)"',
  '"\'x\'"',
  // Without }, which makes {s.rm,\\n} end 5.6.3.
  '"!#$$%&*+-./:;<=>?@^_`{|~"',
];

const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  text: [
    's.len',
    's.int',
    's.numeric',
    's.tolower',
    's.toupper',
    's.trim',
    's.ltrim',
    's.rtrim',
    's.rmws',
    's.unquote',
    's.unbracket',
    's.prefixes',
    's.prefixes,2',
    's.prefixes.quoted,2',
    's.fmtlines,3,1',
    's.fmtlinet,3,1',
    's.corehash',
    's.corehash,8',
  ],
  cut: [
    's.substr,0,1',
    's.substr,1,0',
    's.substr,-1,0',
    's.substr,-2,1',
    's.substr,3,9',
    's.select,0,,',
    's.select,1,;',
    's.select,-1,:',
    's.select,9,=',
    's.strip,1',
    's.strip,-1',
    's.strip,99',
    's.striptail,1',
    's.striptail,99',
    's.stripto,b',
    's.before,=',
    's.after,=',
    's.before,a',
    's.after,;',
    's.count,a',
    's.count,;',
  ],
  replace: [
    's.replace,a,XY',
    's.replace,abc,',
    's.replace,;,;;',
    's.rm,a',
    's.rm,\\n',
    's.rm,;;',
    're.subst,/a/<&>/',
    're.subst,/[a-c]/x/g',
    're.subst,/(.)(.)/\\2\\1/',
    're.subst,/ABC/z/i',
  ],
  hash: ['s.md5', 's.sha256', 's.sha384', 's.sha512'],
  encode: [
    's.encode.hexa',
    's.decode.hexa',
    's.encode.base64',
    's.encode.base64t',
    's.encode.base64url',
    's.encode.base64urlt',
    's.decode.base64url',
    's.decode.base64urlt',
    's.encode.base58',
  ],
  escape: [
    's.escape.common',
    's.unescape.common',
    's.escape.user',
    's.unescape.user',
    's.escape.param',
    's.unescape.param',
    's.urlencode.param',
    's.urldecode.param',
    's.escape.csv',
  ],
  uri: [
    'uri.user',
    'uri.passwd',
    'uri.host',
    'uri.domain',
    'uri.port',
    'uri.params',
    'uri.headers',
    'uri.transport',
    'uri.ttl',
    'uri.uparam',
    'uri.maddr',
    'uri.method',
    'uri.lr',
    'uri.r2',
    'uri.scheme',
    'uri.param,x',
    'uri.param,no',
    'uri.tosocket',
  ],
  param: [
    'param.value,n',
    'param.value,m',
    'param.value,no',
    'param.in,k',
    'param.valueat,0',
    'param.valueat,-1',
    'param.valueat,9',
    'param.valueat,-9',
    'param.name,0',
    'param.name,-1',
    'param.name,9',
    'param.count',
    'param.count,:',
    'param.value,d,:',
  ],
  address: [
    'nameaddr.name',
    'nameaddr.uri',
    'nameaddr.len',
    'tobody.uri',
    'tobody.user',
    'tobody.host',
    'tobody.tag',
    'tobody.params',
    'tobody.display',
  ],
  line: ['line.count', 'line.at,0', 'line.at,1', 'line.at,-1', 'line.at,9', 'line.at,-9', 'line.sw,l2', 'line.sw,no'],
};

function transformations(): string {
  const cases = Object.entries(OPERATIONS).flatMap(([name, ops]) =>
    ops.map((op, n) => {
      const shown = `$var(d)=defined $(avp(s){${op}}); $var(r)=$(avp(s){${op}}); $var(r)=$var(r) + 1; xlog("$var(i) [$(avp(s){${op}})] $var(d) [$var(r)]\\n");`;
      const runs = INPUTS.map((input, i) => `$(avp(s)[*])=${input}; $var(i)=${i}; route(T);`);
      return `=== ${name}.${n} ${op} of texts, numbers and nothing\n${runs.join('\n')}\n--- post\nroute[T] {\n${shown}\n}\n`;
    }),
  );
  const long = Object.values(OPERATIONS)
    .flat()
    // Fails at the length of a buffer, or at the first character that does not fit.
    .filter((op) => op !== 's.prefixes' && !op.startsWith('tobody'))
    .map((op) => `xlog("${op} $(avp(s){${op}}{s.len}) $(avp(s){${op}}{s.md5})\\n");`);
  const grow =
    '$var(t)="sip:abc;="; while ($var(i) < 8) { $var(i)=$var(i)+1; $var(t)=$var(t)+$var(t); } $(avp(s)[*])=$var(t);';
  return [
    '# Written by `npm run fuzz -- tables`.\n',
    ...cases,
    `=== long input of 2304 characters\n$var(i)=0; ${grow}\n${long.join('\n')}\n`,
  ].join('\n');
}

/** Pseudo-variables of one name that do not depend on when and where the server runs. */
const READ_ONLY =
  'rUl rP rz ou ouri oU oUl od op oP dd dp dP fUl ft tt rm rv rs rsi rr mt mts ml ci cs csb cl rb bs ct cT ua rt re di dir dip dic ai pu pU pd pn ad au aU ar aa adu adn adc adr ado AU Au si src_ip siz sp sas su sut pr proto prid Ri Rp Rn Ras Ru Rut RAi RAp RAu RAut fsp bR ds true sid err.class err.level err.info err.rcode err.rreason rc retcode null'.split(
    ' ',
  );
const WRITABLE = 'ru rU rd rp du fu fU fd fn tu tU td tn mf mF sf sF bf bF fs br ruri ruri.user ruri.domain duri'.split(
  ' ',
);
const VALUES = ['"sip:u@h.com:7"', '"x"', '""', '5', '$null', '$var(i)', '$avp(none)'];

function pseudoVariables(): string {
  const read = (names: readonly string[]) =>
    names
      .map(
        (n) =>
          `$var(r)="kept"; $var(r)=$(${n}); $var(r)=$var(r) + 1; $var(d)=defined $(${n}); $var(z)=($(${n}) == 0); $var(e)=($(${n}) == ""); xlog("${n} [$(${n})] [$(${n}{s.len})] [$var(r)] $var(d) $var(z) $var(e)\\n");`,
      )
      .join('\n');
  const write = WRITABLE.map(
    (n) =>
      `=== write.${n} of every kind of value\n$var(i)=6;\n${VALUES.map((v, i) => `$(${n})=${v}; xlog("${i} [$(${n})] [$ru] [$du] $rc\\n");`).join('\n')}\n`,
  );
  // Negative indexes of $hfl are one off in 5.6.
  const indexed = ['hdr(X-A)', 'ai', 'pu', 'branch(uri)', 'avp(s)']
    .flatMap((n) =>
      ['0', '1', '-1', '-2', '-3', '9', '*'].map(
        (i) => `xlog("${n} ${i} [$(${n}[${n === 'ai' || n === 'pu' ? i.replace('*', '0') : i}])]\\n");`,
      ),
    )
    .join('\n');
  return [
    '# Written by `npm run fuzz -- tables`.\n',
    `=== read.invite every variable in a request\n${read([...READ_ONLY, ...WRITABLE])}\n`,
    `=== read.register every variable in a sparse request\n${read([...READ_ONLY, ...WRITABLE])}\n--- send REGISTER sips:reg.example.com;x=y\nContact: *\n+Expires: 0\n`,
    `=== read.reply every variable in a reply\n;\n--- post\nreply_route {\n${read([...READ_ONLY, ...WRITABLE].filter((n) => n !== 'br' && n !== 'bR'))}\n}\n--- raw\nSIP/2.0 180 Ringing\nVia: SIP/2.0/UDP 127.0.0.1:5210;branch=z9hG4bKr\nVia: SIP/2.0/UDP 127.0.0.1:5299;branch=z9hG4bKq\nFrom: <sip:a@b>;tag=1\nTo: <sip:c@d>;tag=2\nCall-ID: r@x\nCSeq: 5 INVITE\nContent-Length: 0\n`,
    ...write,
    `=== indexes in and out of range\n$avp(s)="1"; $avp(s)="2"; $avp(s)="3"; append_branch("sip:1@b"); append_branch("sip:2@b");\n${indexed}\n--- send INVITE\n+X-A: one\n+X-A: two\n+P-Asserted-Identity: <sip:a1@x.com>, <tel:+12>\n+P-Preferred-Identity: "P" <sip:p1@x.com>\n`,
  ].join('\n');
}

/** Operations with inputs of their own: what upstream makes of others is chance. */
const FEW: Readonly<Record<string, readonly string[]>> = {
  's.decode.base64': [
    '$null',
    '""',
    '12',
    '"aGVsbG8="',
    '"aGVsbG8"',
    '"Ã©@{"',
    '"a==="',
    '"a=b="',
    '"/+=="',
    '"a\\nbc"',
  ],
  's.decode.base64t': ['$null', '""', '"a"', '12', '-7', '"aGVsbG8="', '"aGVsbG8"', '"Ã©@{"', '"/p/q?a=b"', '"abab"'],
  's.encode.7bit': ['$null', '""', '"a"', '12', '-7', '"Ã©@{"', '"12345678"', '"it\'s \\\\ x"'],
  's.decode.7bit': ['$null', '""', '12', '"31D98C56B3DD70"', '"31d98c56b3dd70"'],
  's.ftime,%Y-%m-%d': ['$null', '""', '0', '"86400"', '1700000000', '-7', '"x"'],
  'urialias.encode': ['$null', '""', '"a"', '12', '"sip:a@h.com"', '"sip:u@1.2.3.4:80;transport=tcp"', '"sips:h:1"'],
  'urialias.decode': ['$null', '""', '"1.2.3.4~5060~1"', '"h.com~80~2"', '"h~1~3"', '"h~1~4"', '"[::1]~1~1"'],
  'sock.host': ['$null', '""', '12', '"udp:1.2.3.4:5060"', '"tcp:h"', '"1.2.3.4"', '"udp:[::1]:70"', '"x:y:z"'],
  'sock.port': ['$null', '""', '12', '"udp:1.2.3.4:5060"', '"tcp:h"', '"1.2.3.4"', '"udp:[::1]:70"', '"x:y:z"'],
  'sock.proto': ['$null', '""', '12', '"udp:1.2.3.4:5060"', '"tcp:h"', '"1.2.3.4"', '"udp:[::1]:70"', '"x:y:z"'],
  'sock.touri': ['$null', '""', '12', '"udp:1.2.3.4:5060"', '"tcp:h:1"', '"1.2.3.4"', '"udp:[::1]:70"', '"x:y:z"'],
  'sql.val': ['$null', '""', '12', '-7', '"a"', `"it's"`, '"12"', '"a\\nb"', '"Ã©"'],
  'sql.val.int': ['$null', '""', '12', '-7', '"a"', `"it's"`, '"12"'],
  'sql.val.str': ['$null', '""', '12', '-7', '"a"', `"it's"`, '"12"'],
};

function few(): string {
  const cases = Object.entries(FEW).map(([op, inputs]) => {
    const lines = inputs.map(
      (input, i) =>
        `$(avp(s)[*])=${input}; $var(d)=defined $(avp(s){${op}}); $var(r)=$(avp(s){${op}}) + 1; xlog("${i} [$(avp(s){${op}})] $var(d) $var(r)\\n");`,
    );
    return `=== ${op.replace(/,.*/, '')} of its kinds of input\n${lines.join('\n')}\n`;
  });
  return ['# Written by `npm run fuzz -- tables`.\nloadmodule "sqlops.so"\n', ...cases].join('\n');
}

export function writeTables(): void {
  mkdirSync(DIR, { recursive: true });
  writeFileSync(`${DIR}operators.cases`, operators());
  writeFileSync(`${DIR}transformations.cases`, transformations());
  writeFileSync(`${DIR}encodings.cases`, few());
  writeFileSync(`${DIR}variables.cases`, pseudoVariables());
}
