import { describe, expect, test } from 'vitest';
import { codes, expression, parse } from './parsing.js';

describe('precedence', () => {
  test.each([
    ['1 || 0 && 0', '(1 || (0 && 0))'],
    ['1 or 0 and not 0', '(1 || (0 && (! 0)))'],
    ['1 | 2 & 4 ^ 8', '(1 | (2 & (4 ^ 8)))'],
    ['1 << 3 == 3', '(1 << (3 == 3))'],
    ['1 << 4 >> 2', '(1 << (4 >> 2))'],
    ['64 >> 2 << 1', '((64 >> 2) << 1)'],
    ['3 > 2 == 1', '((3 > 2) == 1)'],
    ['1 == 3 > 2', '(1 == (3 > 2))'],
    ['"a" + "b" =~ "x"', '(("a" + "b") =~ "x")'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['1 + 2 * 3 mod 4 / 5', '(1 + (((2 * 3) mod 4) / 5))'],
    ['! "abc" =~ "x"', '((! "abc") =~ "x")'],
    ['!defined $avp(x) + 1', '((! (defined $avp(x))) + 1)'],
    ['(int)"1" + (str)2', '(((int) "1") + ((str) 2))'],
    ['(1 + 2) * 3', '((1 + 2) * 3)'],
    ['$var(a) eq "x" ne "y" ieq 1 ine 2', '(((($var(a) eq "x") ne "y") ieq 1) ine 2)'],
    ['-(2 + 3) * 2', '((- (2 + 3)) * 2)'],
    ['5 --3', '(5 - -3)'],
    ['- $var(x)', '(- $var(x))'],
    ['~ 5 & 3', '((~ 5) & 3)'],
  ])('%s', (text, shape) => expect(expression(text)).toBe(shape));
});

describe('numbers', () => {
  test.each([
    ['0x1F', '31'],
    ['0xFFFFFFFF', '-1'],
    ['017', '15'],
    ['101b', '5'],
    ['4294967296', '0'],
    ['2147483648', '-2147483648'],
    ['99999999999999999999', '-1'],
    ['yes', '1'],
    ['off', '0'],
    ['INET6', '10'],
  ])('%s', (text, value) => expect(expression(text)).toBe(value));

  test.each(['08', '0XFF', '10K', '1.5', 'Yes', 'udp', '+5'])('%s is none', (text) => {
    expect(codes(parse(`route { $var(r) = ${text}; }`)).length).toBe(1);
  });
});

describe('comparisons of the SER days are atoms', () => {
  test.each([
    ['method == INVITE', '<method == INVITE>'],
    ['method=="INVITE" && src_port==5299', '(<method == "INVITE"> && <src_port == 5299>)'],
    ['src_port==5000+299', '<src_port == (5000 + 299)>'],
    ['src_port > 5000 == 1', '(<src_port > 5000> == 1)'],
    ['! uri == myself', '(! <uri == myself>)'],
    ['uri != myself || to_uri=~"x"', '(<uri != myself> || <to_uri =~ "x">)'],
    ['myself == src_ip', '<myself == src_ip>'],
    ['src_ip == 127.0.0.0/8', '<src_ip == 127.0.0.0/8>'],
    ['src_ip != 10.0.0.0/255.0.0.0', '<src_ip != 10.0.0.0/255.0.0.0>'],
    ['src_ip == ::1', '<src_ip == ::1>'],
    ['src_ip == [fe80::1] && 1', '(<src_ip == fe80::1> && 1)'],
    ['src_ip == sip-1.example.com', '<src_ip == sip-1.example.com>'],
    ['src_ip == $si', '<src_ip == $si>'],
    ['src_ip =~ "^127"', '<src_ip =~ "^127">'],
    ['proto == UDP', '<proto == UDP>'],
    ['snd_proto != *', '<snd_proto != *>'],
    ['proto == $var(p)', '<proto == $var(p)>'],
    ['af == INET', '<af == 2>'],
    ['msg:len >= 100', '<msg:len >= 100>'],
    ['status =~ "2.."', '<status =~ "2..">'],
  ])('%s', (text, shape) => expect(expression(text.replace('== myself', '== myself'))).toBe(shape));

  test('the word `myself` is no expression', () => {
    expect(codes(parse('route { if ($rd == myself) drop; }'))).toEqual(['KTS0001']);
  });
});

describe('primaries', () => {
  test.each([
    ['($var(a) = 0)', '($var(a) = 0)'],
    ['{ $var(q) = 5; } + 1', '({1} + 1)'],
    ['strlen($rU) + strempty("")', '(strlen($rU) + strempty(""))'],
    ['selval($var(i) > 5, 10, "x")', 'selval(($var(i) > 5), 10, "x")'],
    ['@ruri.user + @via[1].host + @hf_value["user-agent"]', '((@ruri.user + @via[1].host) + @hf_value["user-agent"])'],
    ['%x + %f.name', '(%x + %f.name)'],
    ['route(A) + is_method("INVITE")', '(route(A) + is_method("INVITE"))'],
    ['route("a b") + route($var(n)) + route(1)', '((route("a b") + route($var(n))) + route(1))'],
    ['f()', 'f()'],
    ['f( , "a")', 'f("a")'],
    ['$(hdr(X-A)[-1]{s.select,1,,})', '$(hdr(X-A)[-1]{s.select,1,,})'],
    ['$? + $rc + $retcode', '(($? + $rc) + $retcode)'],
    ['$var(a(b)c)', '$var(a(b)c)'],
    ['"a" "b"\n  "c"', '"abc"'],
  ])('%s', (text, shape) => expect(expression(text)).toBe(shape));

  test.each([
    ['"\\n\\t\\a\\"\\\\"', '\n\t\x07"\\'],
    ['"\\x41\\101\\12"', 'AA\n'],
    ['"\\q\\.\\1\\d"', '\\q\\.\\1\\d'],
    ['"a\\\nb"', 'ab'],
    ["'a\\n\"'", 'a\\n"'],
    ['"# no // comment /* here */"', '# no // comment /* here */'],
  ])('the string %s', (text, value) => expect(expression(text)).toBe(JSON.stringify(value)));
});

describe('what is refused', () => {
  test.each([
    ['$var(a) + 1;', 'KTS0001'],
    ['$var(a) += 2;', 'KTS0012'],
    ['$var(a) = $var(b) = 1;', 'KTS0001'],
    ['$var(a) = "x" !~ "y";', 'KTS0001'],
    ['$var(a) = 7 % 3;', 'KTS0012'],
    ['$var(a) = "a" . "b";', 'KTS0001'],
    ["$var(a) = 'a' 'b';", 'KTS0001'],
    ['$var(a) = foo;', 'KTS0007'],
    ['xlog("a",);', 'KTS0001'],
    ['setuser($var(x));', 'KTS0008'],
    ['setport(5070);', 'KTS0008'],
    ['strip(-1);', 'KTS0008'],
    ['forward(uri:host, uri:port, 1);', 'KTS0008'],
    ['elseif (1) { drop; }', 'KTS0014'],
  ])('%s', (text, code) => expect(codes(parse(`#!KAMAILIO\nroute { ${text} xlog("x"); }`))).toEqual([code]));
});
