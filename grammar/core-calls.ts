import type { Argument, Call } from './ast.js';
import { CORE_FUNCTIONS, type CoreArgument } from './keywords.js';
import type { Span } from './source.js';

const ID = /^[A-Za-z_]\w*$/;
const HOST = /^[A-Za-z_]\w*(?:[.-][A-Za-z_]\w*)*$/;
const NAME_OR_INTERFACE = /^\w+(?:[.-]\w+)*$/;
const IP = /^(?:\d+\.\d+\.\d+\.\d+|\[?[0-9a-fA-F]*:[0-9a-fA-F:]*\]?)$/;
const SOCKET =
  /^(?:(?:udp|tcp|tls|sctp|\*):)?(?:\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*::[0-9a-fA-F:]*|[\w.-]+)(?::(?:\d+|\*))?$/i;
const PROTO = /^(?:udp|tcp|tls|sctp|\*)$/i;

interface Check {
  readonly expected: string;
  readonly accepts: (argument: Argument) => boolean;
}

const isWord = (argument: Argument, pattern: RegExp): boolean =>
  argument.kind === 'word' && pattern.test(argument.value);
const isInt = (argument: Argument): boolean => argument.kind === 'int' && argument.value >= 0;

const isAvp = (argument: Argument): boolean =>
  argument.kind === 'string' ||
  argument.kind === 'attribute' ||
  (argument.kind === 'pv' && /^\$\w+$/.test(argument.text));

const CHECKS: Readonly<Record<CoreArgument, Check>> = {
  string: { expected: 'a string', accepts: (a) => a.kind === 'string' },
  int: { expected: 'a number', accepts: isInt },
  intno: { expected: 'a number', accepts: (a) => a.kind === 'int' },
  flag: { expected: 'a flag', accepts: (a) => isInt(a) || a.kind === 'string' || isWord(a, ID) },
  avp: { expected: 'the name of an AVP', accepts: isAvp },
  destination: {
    expected: 'a host, an address, a string or `uri:host`',
    accepts: (a) => a.kind === 'string' || isWord(a, HOST) || isWord(a, IP) || isWord(a, /^uri:host$/),
  },
  port: { expected: 'a port or `uri:port`', accepts: (a) => isInt(a) || isWord(a, /^uri:port$/) },
  proto: { expected: 'a protocol', accepts: (a) => isWord(a, PROTO) },
  host: {
    expected: 'a host or an address',
    accepts: (a) => a.kind === 'string' || isWord(a, NAME_OR_INTERFACE) || isWord(a, IP) || isInt(a),
  },
  socket: { expected: 'a socket', accepts: (a) => a.kind === 'string' || isWord(a, SOCKET) || isInt(a) },
  'int|expr': { expected: 'a number', accepts: (a) => a.kind !== 'word' },
};

/** What is wrong with the arguments of a call to a function of the core, if anything. */
export function checkCoreCall(call: Call): { readonly span: Span; readonly expected: string } | undefined {
  const core = CORE_FUNCTIONS.get(call.name);
  if (!core) return undefined;
  if (call.bare) return core.bare ? undefined : { span: call.nameSpan, expected: 'its arguments in parentheses' };
  const form = core.forms.find((candidate) => candidate.length === call.args.length);
  if (!form) return { span: call.span, expected: counts(core.forms.map((candidate) => candidate.length)) };
  for (const [n, kind] of form.entries()) {
    const argument = call.args[n]!;
    // The first argument decides the shape of the second: with `uri:port` the first must be `uri:host`.
    const mixed = kind === 'port' && isWord(argument, /^uri:port$/) && !isWord(call.args[0]!, /^uri:host$/);
    if (mixed || !CHECKS[kind].accepts(argument))
      return { span: argument.span, expected: `${CHECKS[kind].expected} here` };
  }
  return undefined;
}

function counts(lengths: readonly number[]): string {
  const texts = lengths.map((n) => (n === 0 ? 'no' : String(n)));
  return `${texts.join(' or ')} ${lengths.at(-1) === 1 ? 'argument' : 'arguments'}`;
}
