import type { IToken } from 'chevrotain';
import type { SocketSpec } from './ast.js';
import { ParserBase } from './parser-base.js';
import type { Span } from './source.js';
import * as T from './tokens.js';

/** An address as written: an IP address, a host or interface name, or a quoted one. */
export interface Address {
  readonly kind: 'ipv4' | 'ipv6' | 'name' | 'string';
  readonly text: string;
  readonly span: Span;
}

/** Addresses, hosts, sockets: the words of the language that are no expressions. */
export abstract class WordParser extends ParserBase {
  /** `1.2.3.4`, `::1`, `[::1]`, `eth0`, `sip.example.com`, `"sip.example.com"`. */
  protected readonly address = this.RULE('address', (): Address => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(T.StringLiteral);
            return { kind: 'string' as const, text: this.text(token), span: this.span(token) };
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(T.Ipv6);
            return { kind: 'ipv6' as const, text: token.image, span: this.span(token) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.LBracket);
            const token = this.CONSUME2(T.Ipv6);
            this.CONSUME(T.RBracket);
            return { kind: 'ipv6' as const, text: token.image, span: this.span(first) };
          },
        },
        { ALT: () => this.SUBRULE(this.hostName) },
      ],
      ERR_MSG: 'an address or a host name',
    });
  });

  /** Parts joined by dots and dashes; four numbers with dots are an IPv4 address. */
  protected readonly hostName = this.RULE('hostName', (): Address => {
    const parts: IToken[] = [this.SUBRULE(this.hostPart)];
    let dots = 0;
    this.MANY({
      GATE: () => this.isHostPart(2),
      DEF: () => {
        const joint = this.OR([{ ALT: () => this.CONSUME(T.Dot) }, { ALT: () => this.CONSUME(T.Minus) }]);
        if (joint.tokenType === T.Dot) dots++;
        parts.push(joint, this.SUBRULE2(this.hostPart));
      },
    });
    const text = parts.map((part) => part.image).join('');
    const span = this.span(parts[0]!);
    const numbers = parts.filter((part) => part.tokenType === T.NumberLiteral);
    if (dots !== 3 || numbers.length !== 4 || parts.length !== 7) return { kind: 'name', text, span };
    if (numbers.some((part) => this.number(part) < 0 || this.number(part) > 255)) this.problem('KTS0010', span);
    return { kind: 'ipv4', text: numbers.map((part) => this.number(part)).join('.'), span };
  });

  protected readonly hostPart = this.RULE(
    'hostPart',
    (): IToken =>
      this.OR({
        DEF: [
          { ALT: () => this.CONSUME(T.Id) },
          { ALT: () => this.CONSUME(T.NumId) },
          { ALT: () => this.CONSUME(T.NumberLiteral) },
        ],
        ERR_MSG: 'an address or a host name',
      }),
  );

  private isHostPart(n: number): boolean {
    const type = this.ahead(n);
    return type === T.Id || type === T.NumId || type === T.NumberLiteral;
  }

  /** `[proto:]address[:port]`; for `listen` also a list of addresses in parentheses. */
  protected readonly socket = this.RULE('socket', (): SocketSpec => {
    const first = this.LA(1);
    let proto = '';
    this.OPTION({
      GATE: () => this.ahead(2) === T.Colon,
      DEF: () => {
        const token = this.OR([{ ALT: () => this.CONSUME(T.Proto) }, { ALT: () => this.CONSUME(T.Star) }]);
        this.CONSUME(T.Colon);
        proto = this.image(token) === '*' ? '' : this.image(token).toLowerCase();
      },
    });
    const addresses: string[] = [];
    this.OR2({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.LParen);
            this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => addresses.push(this.SUBRULE(this.address)?.text) });
            this.CONSUME(T.RParen);
          },
        },
        { ALT: () => addresses.push(this.SUBRULE2(this.address)?.text) },
      ],
      ERR_MSG: 'an address or a host name',
    });
    let port = 0;
    this.OPTION2(() => {
      this.CONSUME2(T.Colon);
      port = this.SUBRULE(this.port);
    });
    return { proto, addresses, port, span: this.span(first) };
  });

  /** A port number, or -1 for `*`. */
  protected readonly port = this.RULE('port', (): number =>
    this.OR({
      DEF: [{ ALT: () => this.number(this.CONSUME(T.NumberLiteral)) }, { ALT: () => (this.CONSUME(T.Star) ? -1 : 0) }],
      ERR_MSG: 'a port',
    }),
  );
}
