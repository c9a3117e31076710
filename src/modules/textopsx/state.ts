import type { Host } from '../../registry/host.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { buildApplied } from '../../sip/build.js';
import { SipMessage } from '../../sip/message.js';
import { ShellPattern } from './fnmatch.js';
import { HeaderIterator, Iterators, LineIterator } from './iterators.js';

const CACHED_PATTERNS = 256;

/** What textopsx keeps for one script thread. */
export class Textopsx {
  readonly headers: Iterators<HeaderIterator>;
  readonly lines: Iterators<LineIterator>;
  readonly #patterns = new Map<string, ShellPattern>();

  constructor(readonly host: Host) {
    const onError = (text: string): void => {
      this.error(text);
    };
    this.headers = new Iterators(() => new HeaderIterator(), onError);
    this.lines = new Iterators(() => new LineIterator(), onError);
  }

  error(text: string): -1 {
    this.host.log.error('textopsx', text);
    return -1;
  }

  /** Makes pending edits, and the Request-URI, what reads see: 1, or -1 outside of request and reply routes. */
  applyChanges(ctx: ScriptContext): number {
    const { msg } = ctx;
    if (!this.#mayRewrite(ctx)) return -1;
    if (!msg.reload(buildApplied(msg))) return this.error('parsing new sip message failed');
    return 1;
  }

  /** Takes another text as the message. */
  setBuffer(ctx: ScriptContext, text: string): number {
    if (!this.#mayRewrite(ctx)) return -1;
    if (text === '') return this.error('invalid buffer parameter');
    return ctx.msg.reload(text) ? 1 : this.error('parsing new sip message failed');
  }

  #mayRewrite(ctx: ScriptContext): boolean {
    if (!ctx.msg.isRequest || ctx.kind === RouteKind.REQUEST) return true;
    this.host.log.error('<core>', 'invalid usage - not in request route or a reply');
    return false;
  }

  /** Runs a route over a copy of the message that has the pending edits applied. */
  runOverChanged(ctx: ScriptContext, name: string): number | Promise<number> {
    const route = this.host.routes.find('main', name);
    if (route === null) return this.error(`route block [${name}] not found`);
    const { msg } = ctx;
    const changed = SipMessage.parse(buildApplied(msg), msg.received);
    if (!(changed instanceof SipMessage)) return this.error('parsing new sip message failed');
    changed.flags = msg.flags;
    changed.msgFlags = msg.msgFlags;
    changed.forceSocket = msg.forceSocket;
    const run = new ScriptContext(changed, ctx.kind, ctx.attrs);
    const code = route.run(run);
    return typeof code === 'number' ? 1 : code.then(() => 1);
  }

  shellPattern(text: string, ignoreCase: boolean): ShellPattern {
    const key = `${ignoreCase ? 'i' : ' '}${text}`;
    let pattern = this.#patterns.get(key);
    if (pattern === undefined) {
      if (this.#patterns.size >= CACHED_PATTERNS) this.#patterns.clear();
      pattern = new ShellPattern(text, ignoreCase);
      this.#patterns.set(key, pattern);
    }
    return pattern;
  }
}
