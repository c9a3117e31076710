import type { Random } from './random.js';

/** Integer literals at the edges of what scripts can hold. */
export const INTEGERS = ['0', '1', '2', '3', '5', '7', '10', '255', '1000', '2147483647', '-1', '-2', '-7', '-2147483647', '0x1F', '017', '101b', '4294967296', '65536', 'yes', 'off', '31', '32', '33'];

/** Texts, as double-quoted literals hold them: numbers of all shapes, and what transformations take apart. */
export const TEXTS = [
  '', '', 'a', 'abc', 'ABC', 'bob', '0', '1', '5', '-5', '+7', '-', '+', '007', '012', '0x1f', '0XFF', '0x', '-0x10', ' 12', '12 ',
  '1.5', '2147483647', '2147483648', '-2147483648', '-2147483649', '99999999999', '5x', 'a,b,c', 'a;;b;', ',', ';a', ':', 'a=b=c', '=',
  'sip:al%20ice:pw@example.com:5080;transport=tcp;lr;x=1?h1=v1', 'sip:example.com', 'sips:bob@EXAMPLE.com', 'tel:+1-201;phone-context=x',
  'sip:u@[2001:db8::1]:5070', 'sip:', 'sip:@', 'sip:a@b;c=d;e', 'nonsense', '<sip:a@b.com>', '\\"Bob B\\" <sip:bob@b.com:5070;x=1>;tag=zz;q=3',
  'Bob <sip:bob@b.com>', 'sip:bob@b.com;tag=1', 'xx <sip:', 'a=1;b=\\"two;x\\";c;d= 4 ', 'Abc=1', 'a=1;a=2', ' a = 1 ; b ; ', 'a=1,b=2', 'a=',
  'l0\\r\\nl1: x\\nl2\\n', 'one line', '\\n', 'a\\nb', '  a b \\t\\n ', ' ', 'Ã©', 'x\\xff\\x80y', "it's", "'q'", '\\"q\\"', 'a\\"b\\\\c',
  '<x>', '(x)', '[x', '%41%zz+b', 'a+b%20c', '%', '6162', '616', 'zz', 'aGVsbG8=', 'aGVsbG8', 'a*b', '++++', '(', '[a-', '^a', '.', 'a|b', '$$', 'x$$y',
  '1234567890', 'INVITE', 'The quick brown fox jumps over the lazy dog, twice, and then once more for good measure: 0123456789',
] as const;

/** Regular expressions that are valid, as double-quoted literals hold them. */
export const PATTERNS = ['^a', 'b$', '.', '', 'a.c', '^(a|b)+$', '[0-9]+', '[[:alpha:]]', '^.{2,3}$', 'B', '\\\\w+', '^\\\\s', '(a)(b)?', 'x*', '\\\\.', '[^a-z]', '^sip:', 'o+|5', '\\\\bob', '(.)\\\\1'];

/** Transformations with parameters, without those upstream documents as reading beyond their input. */
const TRANSFORMATIONS: readonly (readonly [number, readonly string[]])[] = [
  [6, ['s.len', 's.int', 's.numeric', 's.tolower', 's.toupper', 's.trim', 's.ltrim', 's.rtrim', 's.rmws']],
  [3, ['s.md5', 's.sha256', 's.encode.hexa', 's.decode.hexa', 's.encode.base64', 's.decode.base64', 's.encode.base64t', 's.decode.base64t']],
  [2, ['s.encode.base64url', 's.decode.base64url', 's.encode.base64urlt', 's.decode.base64urlt', 's.encode.base58', 's.encode.7bit', 's.corehash', 's.corehash,16']],
  [3, ['s.escape.common', 's.unescape.common', 's.escape.user', 's.unescape.user', 's.escape.param', 's.unescape.param', 's.urlencode.param', 's.urldecode.param', 's.escape.csv']],
  [8, ['s.substr,0,2', 's.substr,2,0', 's.substr,-2,0', 's.substr,-2,1', 's.substr,1,100', 's.substr,$var(a),1', 's.substr,$var(a),$var(b)', 's.substr,0,$var(a)']],
  [8, ['s.select,0,,', 's.select,1,,', 's.select,-1,;', 's.select,-2,:', 's.select,$var(a),=', 's.select,1, ', 's.select,99,,']],
  [5, ['s.strip,1', 's.strip,0', 's.striptail,2', 's.strip,$var(b)', 's.striptail,$var(a)', 's.stripto,b', 's.stripto,@', 's.stripto,$var(c)']],
  [5, ['s.before,=', 's.after,=', 's.before,@', 's.after,:', 's.before,$var(c)', 's.after,$var(c)', 's.count,a', 's.count,,', 's.count,;']],
  [5, ['s.replace,a,XY', 's.replace,b,', 's.replace,;,-', 's.replace,$var(c),q', 's.replace,a,$var(c)', 's.rm,a', 's.rm,\\n', 's.rm,$var(c)', 's.rm, ']],
  [3, ['s.unquote', 's.unbracket', 's.prefixes', 's.prefixes,2', 's.prefixes.quoted', 's.prefixes.quoted,3', 's.fmtlines,10,2', 's.fmtlinet,4,1']],
  [6, ['uri.user', 'uri.passwd', 'uri.host', 'uri.port', 'uri.params', 'uri.headers', 'uri.transport', 'uri.scheme', 'uri.lr', 'uri.param,x', 'uri.param,e', 'uri.tosocket', 'uri.maddr', 'uri.ttl', 'uri.method', 'uri.r2', 'uri.uparam']],
  [5, ['param.value,a', 'param.value,b', 'param.value,zz', 'param.in,a', 'param.in,c', 'param.valueat,0', 'param.valueat,-1', 'param.valueat,9', 'param.name,0', 'param.name,-2', 'param.count', 'param.value,$var(c)']],
  [4, ['nameaddr.uri', 'nameaddr.name', 'nameaddr.len', 'tobody.uri', 'tobody.tag', 'tobody.user', 'tobody.host', 'tobody.params', 'tobody.display']],
  [4, ['line.count', 'line.at,0', 'line.at,1', 'line.at,-1', 'line.at,9', 'line.sw,l1', 'line.sw,a', 're.subst,/a/X/', 're.subst,/[a-c]/<&>/g', 're.subst,/(.)(.)/\\2\\1/', 're.subst,/B/q/ig', 're.subst,/^$$/E/']],
];

/** Zero to three transformations, as they stand after a pseudo-variable. */
export function transformations(random: Random): string {
  const n = random.weighted([
    [45, 0],
    [35, 1],
    [15, 2],
    [5, 3],
  ]);
  let out = '';
  for (let i = 0; i < n; i++) out += `{${random.pick(random.weighted(TRANSFORMATIONS))}}`;
  return out;
}

/** Pseudo-variables: name with its inner name and index. */
const READABLE: readonly (readonly [number, readonly string[]])[] = [
  [30, ['var(a)', 'var(b)', 'var(c)', 'var(d)', 'var(e)', 'var(u)']],
  [12, ['avp(x)', 'avp(y)', 'avp(none)', 'avp(x)[0]', 'avp(x)[1]', 'avp(x)[*]', 'avp(x)[7]', 'avp(i:5)', 'avp($var(c))']],
  [8, ['xavp(r=>f)', 'xavp(r=>g)', 'xavp(r[0]=>f)', 'xavp(r[1]=>f)', 'xavp(p)', 'xavp(p[1])', 'xavp(no=>f)', 'xavu(u)', 'xavu(t=>k)', 'xavi(Q=>k)', 'xavi(q=>K)']],
  [8, ['vn(v)', 'shv(h)', 'sht(t=>k)', 'sht(t=>$var(c))',]],
  [8, ['hdr(X-A)', 'hdr(X-A)[1]', 'hdr(X-A)[-1]', 'hdr(X-A)[*]', 'hdr(X-L)', 'hdr(X-E)', 'hdr(None)', 'hdr(X-A)[$var(a)]', 'hdrc(X-A)']],
  [12, ['rU', 'rd', 'rp', 'ru', 'du', 'rm', 'cs', 'sp', 'si', 'fU', 'fd', 'fu', 'tU', 'ft', 'tt', 'ua', 'ci', 'cl', 'rb', 'pr', 'rP', 'mf', 'sf', 'bf', 'rc', 'ct', 'rv', 'oU', 'ou', 'dd', 'dp', 'Rp', 'fn', 'proto', 'rz', 'mt', 'od', 'op', 'tu', 'td']],
  [3, ['sel(ruri.user)', 'sel(via[1].host)', 'sel(cseq.method)', 'sel(from.tag)']],
];

/** A pseudo-variable to read, with or without transformations, in either of its spellings. */
export function readable(random: Random): string {
  const pv = random.pick(random.weighted(READABLE));
  const indexed = /^(.*\))(\[[^\]]*\])$/.test(pv);
  const trans = transformations(random);
  if (trans === '' && !indexed) return `$${pv}`;
  return `$(${pv}${trans})`;
}

/** Variables that take any value. */
const PLAIN = ['$var(a)', '$var(b)', '$var(c)', '$var(d)', '$var(e)'];
const STORES = ['$avp(x)', '$avp(y)', '$(avp(x)[*])', '$(avp(x)[1])', '$avp(i:5)', '$xavp(r=>f)', '$xavp(r[0]=>f)', '$xavp(r[0]=>g)', '$xavp(r[0]=>f[0])', '$xavp(p)', '$xavp(p[0])', '$xavu(u)', '$xavu(t=>k)', '$xavi(q=>k)', '$vn(v)', '$shv(h)', '$sht(t=>k)'];
const MESSAGE = ['$rU', '$rd', '$rp', '$du', '$mf', '$sf', '$bf', '$ru'];

export function writable(random: Random): string {
  return random.weighted([
    [55, random.pick(PLAIN)],
    [30, random.pick(STORES)],
    [8, random.pick(MESSAGE)],
  ]);
}
