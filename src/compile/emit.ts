import type {
  BoundCall,
  BoundExpr,
  BoundRoute,
  BoundStatement,
  FormatText,
  Program,
  RouteCall,
} from '../check/program.js';
import { rangeText } from '../check/scope.js';
import { Constants, quote } from './constants.js';
import { canStop, type RouteEffects, visitBlock } from './effects.js';
import { ExprEmitter, mayLackArguments, type RouteEmission, waiting } from './emit-expr.js';
import type { Linker } from './link.js';

/**
 * The program as JavaScript source: a function of (k, R) that gives one function per route, by route index, and behind
 * them one per end of a block that a function continues at.
 */
export interface Emission {
  readonly source: string;
  readonly constants: readonly unknown[];
}

export interface EmitOptions {
  readonly compat: '5.6' | '6.x';
  /** The core parameter `return_mode`. */
  readonly returnMode: number;
  /** Before every action `R.action(x, line)` is called (`log_prefix_mode=1`, tracing). */
  readonly actionHook: boolean;
}

/** Emits every route of a program. */
export function emitProgram(
  program: Program,
  effects: readonly RouteEffects[],
  linker: Linker,
  options: EmitOptions,
): Emission {
  const constants = new Constants();
  const names = new Map<string, number>();
  for (const r of program.routes) if (r.table === 'main') names.set(r.name, r.index);
  const functions: string[] = [];
  const rests: string[] = [];
  for (const route of program.routes) {
    linker.route = routeDisplay(route);
    const emitter = new RouteEmitter(route.index, effects, names, constants, linker, options, functions, rests);
    functions.push(emitter.route(route));
  }
  const source = [
    '"use strict";',
    'const {O,M,I,T,S,A,E}=R;',
    constants.declarations(),
    ...functions,
    `return [${[...program.routes.map((r) => `r${r.index}_`), ...rests].join(',')}];`,
  ].join('\n');
  return { source, constants: constants.values };
}

/** A route's name as `$cfg(route)` gives it: upstream calls the unnamed request route DEFAULT_ROUTE. */
const routeDisplay = (route: BoundRoute): string =>
  route.table === 'main' && route.name === '0' ? 'DEFAULT_ROUTE' : route.name;

/** Where control flow goes inside the block being emitted. */
interface Flow {
  /** Statements whose value can become the route's result assign `v`. */
  readonly tail: boolean;
  /** Label that `break` leaves; null: it ends the route. */
  readonly breakLabel: string | null;
  /** What `break` leaves stands where its value can become the route's result. */
  readonly breakTail: boolean;
  /** Number of blocks around, the route's own included. */
  readonly nest: number;
}

class RouteEmitter implements RouteEmission {
  readonly #expr: ExprEmitter;
  #labels = 0;
  #blocks = 0;
  #nest = 1;
  readonly rawCodes: boolean;
  suspends: boolean;

  constructor(
    readonly index: number,
    readonly effects: readonly RouteEffects[],
    readonly names: ReadonlyMap<string, number>,
    readonly constants: Constants,
    readonly linker: Linker,
    readonly options: EmitOptions,
    readonly functions: string[],
    readonly rests: string[],
  ) {
    this.suspends = effects[index]!.suspends;
    this.rawCodes = options.returnMode !== 0;
    this.#expr = new ExprEmitter(this);
  }

  route(route: BoundRoute): string {
    return this.#function(`r${route.index}_`, route.body, this.suspends);
  }

  #function(name: string, body: readonly BoundStatement[], suspends: boolean): string {
    const flow: Flow = { tail: true, breakLabel: null, breakTail: false, nest: 1 };
    return `${suspends ? 'async ' : ''}function ${name}(x){let v=1;\n${this.#block(body, flow)}return v;}`;
  }

  blockFunction(body: readonly BoundStatement[]): { name: string; suspends: boolean } {
    let suspends = false;
    visitBlock(body, {
      call: (call) => {
        suspends ||= call.def.suspends;
      },
      waits: () => {
        suspends = true;
      },
      route: (call) => {
        suspends ||= this.#routeSuspends(call);
      },
    });
    const name = `b${this.index}_${this.#blocks++}`;
    const outer = this.suspends;
    this.suspends = suspends;
    this.functions.push(this.#function(name, body, suspends));
    this.suspends = outer;
    return { name, suspends };
  }

  routeCall(call: RouteCall): string {
    const level = this.#nest;
    if (call.kind === 'fixed') {
      const callee = this.names.get(call.name);
      // A missing route was reported when the program was bound.
      if (callee === undefined) return '-1';
      const e = this.effects[callee]!;
      const run = e.countsDepth ? `R.deep(x,r${callee}_,${level})` : `r${callee}_(x)`;
      return `(x.rc=${e.suspends ? waiting(run) : run})`;
    }
    const waits = this.#routeSuspends(call);
    const run = `R.computedRoute(x,${this.#expr.text(call.name)},${level},${quote(`${call.span.at.file}:${call.span.at.line}`)})`;
    return waits ? waiting(run) : run;
  }

  #routeSuspends(call: RouteCall): boolean {
    if (call.kind === 'fixed') {
      const callee = this.names.get(call.name);
      return callee !== undefined && this.effects[callee]!.suspends;
    }
    return [...this.names.values()].some((i) => this.effects[i]!.suspends);
  }

  #block(body: readonly BoundStatement[], flow: Flow): string {
    const outer = this.#nest;
    this.#nest = flow.nest;
    const lines: string[] = [];
    body.forEach((s, i) => {
      const last = i === body.length - 1;
      if (this.options.actionHook) lines.push(`R.action(x,${s.span.at.line});`);
      if (s.kind === 'call' && s.call.def.continues) this.#provideRest(s.call, body.slice(i + 1));
      lines.push(this.#statement(s, last ? flow : { ...flow, tail: false }));
    });
    this.#nest = outer;
    return `${lines.join('\n')}\n`;
  }

  /** Makes the statements behind a call a function of their own, once, however often they are emitted. */
  #provideRest(call: BoundCall, rest: readonly BoundStatement[]): void {
    if (rest.length === 0 || this.linker.rests.has(call)) return;
    const at = this.rests.length;
    this.rests.push('');
    this.linker.rests.set(call, this.linker.restRoute(at));
    const outer = this.#nest;
    this.rests[at] = this.blockFunction(rest).name;
    this.#nest = outer;
  }

  /** A nested block: in recursive routes it is not run when it would be too deep. */
  #nested(body: readonly BoundStatement[], flow: Flow): string {
    const inner = { ...flow, nest: flow.nest + 1 };
    const source = this.#block(body, inner);
    if (!this.effects[this.index]!.recursive) return source;
    return `if(R.tooDeep(x,${flow.nest})){${flow.tail ? 'v=-1;' : ''}}else{${source}}`;
  }

  #statement(s: BoundStatement, flow: Flow): string {
    const v = flow.tail ? 'v=' : '';
    switch (s.kind) {
      case 'call':
        return this.#callStatement(s, flow);
      case 'route': {
        const source = this.routeCall(s.call);
        const guarded = s.call.kind === 'computed' ? this.#guard(s, flow, `${v}${source};`) : `${v}${source};`;
        return `${guarded}if(x.stop)return ${flow.tail ? 'v' : 'x.rc'};`;
      }
      case 'assign':
        return this.#assignStatement(s, flow);
      case 'if':
        return this.#if(s, flow);
      case 'while':
        return this.#while(s, flow);
      case 'switch':
        return this.#switch(s, flow);
      case 'return':
      case 'exit':
      case 'drop':
        return this.#leave(s);
      case 'break':
        if (flow.breakLabel === null) return 'return 0;';
        return `${flow.breakTail ? 'v=0;' : ''}break ${flow.breakLabel};`;
      case 'async':
        return this.#async(s);
      case 'launch':
        return `${v}${this.#launch(s)};`;
    }
  }

  /** Goes on in another route when the operations are done: the end of the run. */
  #async(s: Extract<BoundStatement, { kind: 'async' }>): string {
    const operations = s.operations.map((call) => this.#expr.operation(call)).join(',');
    const resume = this.routeCall(s.resume);
    const goOn = `${resume.includes('await ') ? 'async' : ''}()=>${resume}`;
    return `return await R.statements.wait(x,[${operations}],${goOn},${s.limitMs},${at(s)});`;
  }

  #launch(s: Extract<BoundStatement, { kind: 'launch' }>): string {
    const report = s.report?.kind === 'fixed' ? quote(s.report.name) : 'null';
    const param = s.param === null ? 'null' : this.#param(s.param);
    return `R.statements.launch(x,${this.#expr.operation(s.operation)},${report},${param},${at(s)})`;
  }

  #param(param: BoundExpr | FormatText): string {
    if ('kind' in param) return this.#expr.text(param);
    return `${this.constants.use('t', this.linker.format(param))}(x)`;
  }

  #callStatement(s: Extract<BoundStatement, { kind: 'call' }>, flow: Flow): string {
    const { call } = s;
    const source = this.#expr.call(call);
    const risky = mayLackArguments(call);
    if (call.core) {
      const at = quote(`${call.site.file}:${call.site.line}`);
      const core = `R.coreAction(${source},${at});`;
      return this.#guard(s, flow, flow.tail ? `v=${core}` : core, risky);
    }
    // 0 ends the script: the run's value is then 0.
    const plain = flow.tail ? `if((v=${source})===0||x.stop)return v;` : `if(${source}===0||x.stop)return x.rc;`;
    return this.#guard(s, flow, plain, risky);
  }

  #assignStatement(s: Extract<BoundStatement, { kind: 'assign' }>, flow: Flow): string {
    const range = this.#range(s);
    const source = this.#expr.assign(s.assign);
    const done = flow.tail ? `v=${source}?1:R.assignFailed(${range});` : `if(!${source})R.assignFailed(${range});`;
    const simple = s.assign.value.kind === 'const' || s.assign.value.kind === 'null' || s.assign.value.kind === 'call';
    const guarded = simple
      ? done
      : `try{${done}}catch(e){${flow.tail ? 'v=' : ''}R.assignmentAbandoned(e,${range},${quote(rangeText(s.assign.value.span))});}`;
    return guarded + this.#stopAfter(s.assign.value);
  }

  #if(s: Extract<BoundStatement, { kind: 'if' }>, flow: Flow): string {
    const { condition } = s;
    const test = this.#expr.positive(condition);
    const stops = canStop(condition);
    const fails = mayFail(condition);
    let head = '';
    let c = test;
    if (stops || fails) {
      const t = `c_${this.#labels++}`;
      head = fails
        ? `let ${t};try{${t}=${test};}catch(e){${t}=R.conditionFailed(e,'if',${quote(rangeText(condition.span))});}`
        : `const ${t}=${test};`;
      if (stops) head += 'if(x.stop)return x.rc;';
      c = t;
    }
    const otherwise = s.else.length > 0 ? `else{${this.#nested(s.else, flow)}}` : flow.tail ? 'else v=1;' : '';
    return `${head}if(${c}){${flow.tail ? 'v=1;' : ''}\n${this.#nested(s.then, flow)}}${otherwise}`;
  }

  #while(s: Extract<BoundStatement, { kind: 'while' }>, flow: Flow): string {
    const label = `w${this.#labels++}`;
    const { condition } = s;
    const test = this.options.compat === '5.6' ? this.#expr.truth(condition) : this.#expr.positive(condition);
    const guarded = mayFail(condition)
      ? `let ${label}c;try{${label}c=${test};}catch(e){${label}c=R.conditionFailed(e,'while',${quote(rangeText(condition.span))});}if(!${label}c)break;`
      : `if(!(${test}))break;`;
    const runaway = `if(R.maxLoops>0&&${label}n++>=R.maxLoops){${flow.tail ? 'v=' : ''}R.runaway(${s.span.at.line},${s.span.end.line});break;}`;
    const inner: Flow = { ...flow, breakLabel: label, breakTail: flow.tail };
    let body: string;
    if (canStop(condition)) {
      // A condition that ended the script but was true lets the first statement of the body run.
      const first = s.body[0];
      body = first
        ? `if(x.stop){${this.#nested([first], inner)}return x.rc;}\n${this.#nested(s.body, inner)}`
        : 'if(x.stop)return x.rc;';
    } else body = this.#nested(s.body, inner);
    const after = canStop(condition) ? 'if(x.stop)return x.rc;' : '';
    return `${flow.tail ? 'v=1;' : ''}{let ${label}n=0;${label}:for(;;){${guarded}${runaway}\n${body}}}${after}`;
  }

  #switch(s: Extract<BoundStatement, { kind: 'switch' }>, flow: Flow): string {
    const label = `w${this.#labels++}`;
    const inner: Flow = { ...flow, breakLabel: label, breakTail: flow.tail };
    const { value } = s;
    const isText = s.on === 'str';
    // A variable that is an integer first is looked at as one, whatever its text form is.
    const text = (): string =>
      value.kind === 'pv' ? `T(R.chosen(${this.#expr.value(value)}))` : this.#expr.text(value);
    const source = isText ? text() : this.#expr.int(value);
    const cases = s.cases;
    // Upstream drops a switch over a constant in which nothing is to be run, and is left with its code for a bug.
    const hasDefault = cases.some((c) => c.label.kind === 'default');
    const unmatched = value.kind === 'const' ? -5 : 1;
    const arms = cases.map((c, i) => {
      // Fall-through means that any arm may be the last one executed.
      const body = this.#nested(c.body, inner);
      const head = c.label.kind === 'default' ? 'default' : `case ${isText ? i : (c.label as { value: number }).value}`;
      return `${head}:{${flow.tail && c.body.length > 0 ? 'v=1;' : ''}${body}}`;
    });
    let subject = `${label}s`;
    let select = '';
    if (isText) {
      const tests = cases.flatMap((c, i) => {
        if (c.label.kind === 'default') return [];
        const test =
          c.label.kind === 'regex'
            ? `${this.constants.use('re', this.linker.regex(c.label.pattern, s.span, { ignoreCase: false }))}.test(${label}s)`
            : `${label}s===${quote(`${(c.label as { value: string }).value}`)}`;
        return [`${test}?${i}`];
      });
      select = `const ${label}i=${label}s===null?-1:${[...tests, '-1'].join(':')};`;
      subject = `${label}i`;
    }
    // A value that cannot be had takes the default arm; without one the statement has failed.
    const head =
      mayFail(value) || !isText
        ? `let ${label}s;try{${label}s=${source};}catch(e){${label}s=R.switchFailed(e);}`
        : `const ${label}s=${source};`;
    return `{${head}${this.#stopAfter(value)}${select}${flow.tail ? `v=${hasDefault ? '' : `${label}s===null?-1:`}${unmatched};` : ''}${label}:switch(${subject}){${arms.join('\n')}}}`;
  }

  #leave(s: Extract<BoundStatement, { kind: 'return' | 'exit' | 'drop' }>): string {
    const bits = s.kind === 'exit' ? 1 : 3;
    if (s.value === null || s.value.kind === 'const') {
      const n = s.value === null ? (s.kind === 'drop' ? 0 : 1) : Number(s.value.value);
      if (s.kind === 'return') return n === 0 ? 'x.stop|=1;return x.rc=0;' : `return ${n};`;
      return `x.stop|=${bits};return x.rc=${n};`;
    }
    const source = `R.code(${this.#expr.int(s.value)})`;
    const compute = `let n;try{n=${source};}catch(e){n=R.returnFailed(e);}`;
    if (s.kind === 'return') return `{${compute}if(n===0){x.stop|=1;x.rc=0;}return n;}`;
    return `{${compute}x.stop|=${bits};return x.rc=n;}`;
  }

  /** Catches an abandoned expression among a call's arguments: the call is not made and counts as failed. */
  #guard(s: BoundStatement, flow: Flow, source: string, risky = true): string {
    if (!risky) return source;
    return `try{${source}}catch(e){${flow.tail ? 'v=' : ''}R.actionAbandoned(e,${quote(`${s.span.at.file}:${s.span.at.line}`)});}`;
  }

  #stopAfter(e: Parameters<typeof canStop>[0]): string {
    return canStop(e) ? 'if(x.stop)return x.rc;' : '';
  }

  #range(s: BoundStatement): string {
    return quote(rangeText(s.span));
  }
}

/** Where a statement stands, as log lines tell it. */
const at = (s: BoundStatement): string => quote(`${s.span.at.file}:${s.span.at.line}`);

/** True when evaluating can be abandoned: conversions, divisions, computed regular expressions. */
function mayFail(e: Parameters<typeof canStop>[0]): boolean {
  switch (e.kind) {
    case 'const':
      return typeof e.value === 'string';
    case 'null':
    case 'call':
      // A call whose arguments cannot be had counts as failed; see `ExprEmitter.call`.
      return false;
    case 'pv':
      return true;
    case 'defined':
    case 'strlen':
    case 'strempty':
      return e.operand.kind !== 'pv' && mayFail(e.operand);
    case 'match':
      return e.left.kind !== 'pv' && mayFail(e.left);
    case 'unary':
      return mayFail(e.operand);
    case 'binary':
      if (e.op === '&&' || e.op === '||') return mayFail(e.left) || mayFail(e.right);
      if ((e.op === 'eq' || e.op === 'ne') && e.left.kind === 'pv' && e.right.kind === 'const') return false;
      return true;
    case 'comparison':
      return e.comparison.right.kind === 'expr';
    default:
      return true;
  }
}
