import type { BoundArg, BoundAssign, BoundCall, BoundExpr, RouteCall } from '../check/program.js';
import { rangeText } from '../check/scope.js';
import { type Constants, quote } from './constants.js';
import type { Linker } from './link.js';

/** What the expression emitter needs to know of the route being emitted. */
export interface RouteEmission {
  readonly constants: Constants;
  readonly linker: Linker;
  /** The route is an async function: calls that may wait are awaited. */
  readonly suspends: boolean;
  /** `return_mode=1`: what expressions run gives its own code, and a condition holds when it is not 0. */
  readonly rawCodes: boolean;
  /** JavaScript for running a route block; leaves its code in `$rc` and gives it. `nest` is the block depth of the call. */
  routeCall(call: RouteCall): string;
  /** Emits a block as a function of its own and gives its name (block expressions). */
  blockFunction(body: Extract<BoundExpr, { kind: 'block' }>['body']): { name: string; suspends: boolean };
}

/**
 * How everything that an expression runs begins: with a `$rc` of 0, and with an end of the script that something before
 * it in the same expression asked for forgotten. Only the last of them can end the script.
 */
const FRESH = 'x.rc=0,x.stop=0';

/** Variables that keep whatever they are given. */
const STORES = new Set(['var', 'vz', 'vn', 'shv', 'avp', 'xavp', 'xavu', 'xavi', 'sht', '%']);

/** JavaScript source of expressions, in the form that the place of use wants. */
export class ExprEmitter {
  constructor(private readonly route: RouteEmission) {}

  /** Expressions whose integer is always 0 or 1: their truth is the same for `if` and for logic. */
  #isTruthValue(e: BoundExpr): boolean {
    switch (e.kind) {
      case 'binary':
        return !['+', '-', '*', '/', 'mod', '&', '|', '^', '<<', '>>'].includes(e.op);
      case 'unary':
        return e.op === '!';
      case 'defined':
      case 'strempty':
      case 'match':
      case 'comparison':
        return true;
      case 'assign':
      case 'block':
      case 'call':
      case 'route-call':
        return !this.route.rawCodes;
      default:
        return false;
    }
  }

  /** A boolean: true when the integer value is above 0 (`if`, and `while` since 5.7); with `return_mode=1`, not 0. */
  positive(e: BoundExpr): string {
    if (this.route.rawCodes) return this.truth(e);
    if (e.kind === 'const') return typeof e.value === 'number' ? `${e.value > 0}` : `${this.int(e)}>0`;
    return this.#isTruthValue(e) ? this.truth(e) : `${this.int(e)}>0`;
  }

  /** A boolean: true when the integer value is not 0 (operands of logic, `while` in 5.6). */
  truth(e: BoundExpr): string {
    switch (e.kind) {
      case 'binary':
        return this.#binaryTruth(e);
      case 'unary':
        if (e.op === '!') return `!(${this.truth(e.operand)})`;
        break;
      case 'defined':
        return this.#defined(e.operand);
      case 'strempty':
        return `${this.text(e.operand)}===""`;
      case 'match':
        return `${this.route.constants.use('re', this.route.linker.regex(e.pattern, e.span))}.test(${this.text(e.left)})`;
      case 'comparison':
        return this.#comparison(e);
      case 'assign':
        if (this.route.rawCodes) break;
        return `(${FRESH},${this.#assignOperand(e)})`;
      case 'block':
      case 'call':
      case 'route-call':
        return `${this.#code(e)}${this.route.rawCodes ? '!==0' : '>0'}`;
      case 'const':
        if (typeof e.value === 'number') return `${e.value !== 0}`;
        break;
      default:
        break;
    }
    return `${this.int(e)}!==0`;
  }

  /** An integer (number or bigint). */
  int(e: BoundExpr): string {
    if (this.#isTruthValue(e)) return `(${this.truth(e)}?1:0)`;
    switch (e.kind) {
      case 'const':
        return typeof e.value === 'number' ? number(e.value) : `O.int(${quote(e.value)},${this.#site(e)})`;
      case 'unary':
        return `M.${e.op === '-' ? 'negate' : 'invert'}(${this.int(e.operand)})`;
      case 'binary':
        // Where an integer is wanted, `+` adds integers whatever its operands are; known text is joined first.
        if (e.op === '+' && e.type === 'str') break;
        return this.#arithmetic(e);
      case 'assign':
        return `((${FRESH},${this.#assignOperand(e)})?1:-1)`;
      case 'block':
      case 'call':
      case 'route-call':
        return this.#code(e);
      case 'strlen':
        return `${this.text(e.operand)}.length`;
      case 'cast':
        if (e.to === 'int') return this.int(e.operand);
        break;
      default:
        break;
    }
    return `I(${this.value(e)},${this.#site(e)})`;
  }

  /** A text: null and failed reads are empty. */
  text(e: BoundExpr): string {
    if (e.kind === 'const') return quote(`${e.value}`);
    if (e.kind === 'null') return '""';
    if (e.kind === 'cast' && e.to === 'str') return this.text(e.operand);
    if (e.kind === 'binary' && e.op === '+' && e.type === 'str') return `(${this.text(e.left)}+${this.text(e.right)})`;
    return `T(${this.value(e)})`;
  }

  /** Any value, as it is. */
  value(e: BoundExpr): string {
    if (this.#isTruthValue(e)) return `(${this.truth(e)}?1:0)`;
    switch (e.kind) {
      case 'const':
        return typeof e.value === 'number' ? number(e.value) : quote(e.value);
      case 'null':
        return 'null';
      case 'pv':
        return this.route.linker.readSource(e.pv, this.route.constants);
      case 'cast':
        return e.to === 'int' ? this.int(e) : this.text(e.operand);
      case 'selval':
        return `(${this.positive(e.condition)}?${this.value(e.then)}:${this.value(e.else)})`;
      case 'binary':
        if (e.op === '+' && e.type === 'str') return this.text(e);
        return e.op === '+' && e.type === 'any' ? this.#sum(e) : this.int(e);
      default:
        return this.int(e);
    }
  }

  /**
   * The right side of an assignment: as `value`, but a call that is all of it gives its raw code, and values are brought
   * to the form that variables store.
   */
  assigned(e: BoundExpr): string {
    if (e.kind === 'call' || e.kind === 'route-call' || e.kind === 'block') return this.#code(e);
    if (e.kind === 'assign') return `((${FRESH},${this.#assignOperand(e)})?1:-1)`;
    if (e.kind === 'selval') return `R.chosen(${this.value(e)})`;
    if (e.kind === 'pv') return `${e.pv.name === '@' ? 'R.selected' : 'S'}(${this.value(e)})`;
    return this.value(e);
  }

  /** Runs an assignment; a boolean that says whether it worked. */
  assign(assign: BoundAssign): string {
    const { target, value } = assign;
    // What comes out of a variable may have two forms: `$rU = $var(n)` works where `$rU = 123` does not.
    const dual = value.kind === 'pv' && value.pv.name !== '@' && !STORES.has(target.name);
    const source = dual ? `R.dual(${this.value(value)})` : this.assigned(value);
    const written = this.route.linker.writeSource(target, source, this.route.constants);
    return value.kind === 'pv' ? `R.stored(${written})` : written;
  }

  #assignOperand(e: Extract<BoundExpr, { kind: 'assign' }>): string {
    const source = this.assign(e.assign);
    const ranges = `${quote(rangeText(e.span))},${quote(rangeText(e.assign.value.span))}`;
    if (source.includes('await ')) return `(await R.tryAssignWaiting(async()=>${source},${ranges}))`;
    return `R.tryAssign(()=>${source},${ranges})`;
  }

  /** Calls a function; its raw code. Module functions leave it in `$rc`, and 0 ends the script. */
  call(call: BoundCall): string {
    const f = this.route.constants.use('f', this.route.linker.callee(call));
    const args = call.args.map((a) => this.#argument(a));
    while (args.at(-1) === 'undefined') args.pop();
    const source = `${f}(${['x', ...args].join(',')})`;
    const waited =
      call.def.suspends && this.route.suspends
        ? `(typeof(x.pending=${source})==='number'?x.pending:R.resumed(x,await R.suspend(x)))`
        : source;
    return call.core ? waited : `R.done(x,${waited})`;
  }

  /** A call as a function of the run that it is to work on; its arguments are those of this run. */
  operation(call: BoundCall): string {
    const f = this.route.constants.use('f', this.route.linker.callee(call));
    const args = call.args.map((a) => this.#argument(a));
    while (args.at(-1) === 'undefined') args.pop();
    const source = `${f}(${['y', ...args].join(',')})`;
    return `${source.includes('await ') ? 'async' : ''}(y)=>${source}`;
  }

  /** The code of what an expression runs. */
  #code(e: Extract<BoundExpr, { kind: 'block' | 'call' | 'route-call' }>): string {
    if (e.kind === 'block') return `(${FRESH},${this.#blockCode(e)})`;
    if (e.kind === 'route-call') return `(${FRESH},${this.route.routeCall(e.call)})`;
    // A module function's own code replaces the 0, which nothing sees when the arguments are constant.
    const unseen = !e.call.core && e.call.args.every((a) => a.kind === 'const' || a.kind === 'absent');
    return `(${unseen ? 'x.stop=0' : FRESH},${this.#operand(e.call)})`;
  }

  /** A call inside an expression: when its arguments cannot be had, the call alone counts as failed. */
  #operand(call: BoundCall): string {
    const source = this.call(call);
    if (!mayLackArguments(call)) return source;
    const at = quote(`${call.site.file}:${call.site.line}`);
    if (source.includes('await ')) return `(await R.attemptWaiting(async()=>${source},${at}))`;
    return `R.attempt(()=>${source},${at})`;
  }

  #argument(arg: BoundArg): string {
    const { constants, linker } = this.route;
    switch (arg.kind) {
      case 'const':
        return typeof arg.value === 'number'
          ? number(arg.value)
          : typeof arg.value === 'string'
            ? quote(arg.value)
            : constants.use('c', arg.value);
      case 'absent':
        return 'undefined';
      case 'format': {
        const t = `${constants.use('t', linker.format(arg.format))}(x)`;
        return arg.to === 'int' ? `R.intArg(${t})` : arg.to === 'regex' ? `R.regex(${t})` : t;
      }
      case 'expr':
        if (arg.to === 'text') return this.text(arg.value);
        if (arg.to === 'int') return `R.intArg(${this.value(arg.value)})`;
        if (arg.to === 'regex') return `R.regex(${this.text(arg.value)})`;
        return this.value(arg.value);
      case 'pv':
        return constants.use('v', linker.boundPv(arg.pv));
      case 'pv-int':
        return `R.intArg(${linker.readSource(arg.pv, constants)})`;
      case 'pv-value':
        return linker.readSource(arg.pv, constants);
      case 'regex':
        // Expressions of functions tell lines apart (REG_NEWLINE); those of `=~` do not.
        return constants.use('re', linker.regex(arg.pattern, null, { ignoreCase: true, newline: true }));
      case 'static':
        return constants.use('c', linker.staticArgument(arg));
      case 'static-expr':
        return `${constants.use('c', linker.parserOf(arg.arg))}(${this.text(arg.value)})`;
      case 'route':
        return constants.use('r', linker.routeRef(arg.table, arg.name));
      case 'route-format':
        return `R.route(${quote(arg.table)},${constants.use('t', linker.format(arg.format))}(x))`;
    }
  }

  #blockCode(e: Extract<BoundExpr, { kind: 'block' }>): string {
    const block = this.route.blockFunction(e.body);
    return block.suspends ? waiting(`${block.name}(x)`) : `${block.name}(x)`;
  }

  #defined(e: BoundExpr): string {
    // Only a single variable can be undefined: any compound expression has a value, and is not evaluated for it.
    if (e.kind === 'null') return 'false';
    if (e.kind !== 'pv') return 'true';
    return `(${this.value(e)}??null)!==null`;
  }

  #comparison(e: Extract<BoundExpr, { kind: 'comparison' }>): string {
    const { comparison } = e;
    const test = this.route.constants.use('q', this.route.linker.comparison(comparison, e.span));
    return comparison.right.kind === 'expr' ? `${test}(x,${this.value(comparison.right.value)})` : `${test}(x)`;
  }

  #binaryTruth(e: Extract<BoundExpr, { kind: 'binary' }>): string {
    const { op, left, right } = e;
    switch (op) {
      case '&&':
      case '||':
        return `(${this.truth(left)}${op}${this.truth(right)})`;
      case '==':
        return this.#equal(left, right, e);
      case '!=':
        return `!${this.#equal(left, right, e)}`;
      case 'eq':
        return `(${this.text(left)}===${this.text(right)})`;
      case 'ne':
        return `(${this.text(left)}!==${this.text(right)})`;
      case 'ieq':
        return `(${this.int(left)}===${this.int(right)})`;
      case 'ine':
        return `(${this.int(left)}!==${this.int(right)})`;
      case '<':
      case '>':
      case '<=':
      case '>=':
        return `(${this.int(left)}${op}${this.int(right)})`;
      case '=~':
        return `R.match(${this.text(left)},${this.text(right)})`;
      default:
        return `${this.int(e)}!==0`;
    }
  }

  #equal(left: BoundExpr, right: BoundExpr, e: BoundExpr): string {
    if (left.type === 'int') return `(${this.int(left)}===${this.int(right)})`;
    if (left.type === 'str') return `(${this.text(left)}===${this.text(right)})`;
    if (!isOpenSum(right)) return `E(${this.value(left)},${this.value(right)},${this.#site(e)})`;
    const site = this.#site(e);
    return this.#byLeft(left, `I(l,${site})===${this.int(right)}`, `E(l,${this.value(right)},${site})`);
  }

  /** `+` of operands whose types are seen at run time. */
  #sum(e: Extract<BoundExpr, { kind: 'binary' }>): string {
    if (!isOpenSum(e.right)) return `A(${this.value(e.left)},${this.value(e.right)},${this.#site(e)})`;
    const site = this.#site(e);
    return this.#byLeft(e.left, `M.add(I(l,${site}),${this.int(e.right)})`, `A(l,${this.value(e.right)},${site})`);
  }

  /** The left value `l` says how the right side, a sum itself, is evaluated: as an integer it adds, as text it joins. */
  #byLeft(left: BoundExpr, asInt: string, otherwise: string): string {
    const body = `O.isInt(l)?${asInt}:${otherwise}`;
    const waits = body.includes('await ');
    return `${waits ? '(await ' : ''}(${waits ? 'async' : ''}(l)=>${body})(${this.value(left)})${waits ? ')' : ''}`;
  }

  #arithmetic(e: Extract<BoundExpr, { kind: 'binary' }>): string {
    const a = this.int(e.left);
    const b = this.int(e.right);
    switch (e.op) {
      case '+':
        return `M.add(${a},${b})`;
      case '-':
        return `M.subtract(${a},${b})`;
      case '*':
        return `M.multiply(${a},${b})`;
      case '/':
        return `O.divide(${a},${b})`;
      case 'mod':
        return `O.remainder(${a},${b})`;
      case '&':
        return `M.and(${a},${b})`;
      case '|':
        return `M.or(${a},${b})`;
      case '^':
        return `M.xor(${a},${b})`;
      case '<<':
        return `M.shiftLeft(${a},${b})`;
      default:
        return `M.shiftRight(${a},${b})`;
    }
  }

  #site(e: BoundExpr): string {
    return this.route.constants.use('s', this.route.linker.operatorSite(rangeText(e.span)));
  }
}

/** A `+` whose meaning depends on what is wanted of it. */
function isOpenSum(e: BoundExpr): boolean {
  return e.kind === 'binary' && e.op === '+' && e.type === 'any';
}

/** True when evaluating the arguments can be abandoned, so that the call is not made. */
export function mayLackArguments(call: BoundCall): boolean {
  return call.args.some((a) => a.kind === 'expr' || (a.kind === 'format' && a.to === 'regex'));
}

/** Waits for a route or block of this run; other runs went on meanwhile, and logs are this run's again. */
export function waiting(run: string): string {
  return `R.resumed(x,await ${run})`;
}

/** A number literal that never merges with an operator before it. */
function number(n: number): string {
  return n < 0 ? `(${n})` : `${n}`;
}
