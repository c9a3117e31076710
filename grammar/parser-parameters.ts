import type {
  Alias,
  CoreParam,
  CustomVariable,
  FlagsDecl,
  Listen,
  ParamValue,
  SocketBlock,
  SocketSpec,
} from './ast.js';
import { acceptsValue, expectedValue, isReserved } from './core-params.js';
import { StatementParser } from './parser-statements.js';
import * as T from './tokens.js';

/** What is set at the top level: parameters of the core, variables, flags and sockets. */
export abstract class ParameterParser extends StatementParser {
  // --- parameters ----------------------------------------------------------------------------------------------

  protected readonly coreParam = this.RULE('coreParam', (): CoreParam => {
    const name = this.CONSUME(T.CoreParam);
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.paramValue);
    if (!this.RECORDING_PHASE && !acceptsValue(name.image, value)) {
      this.problem('KTS0006', value.span, [name.image, expectedValue(name.image)]);
    }
    return { kind: 'core-param', name: name.image, nameSpan: this.span(name, name), value, span: this.span(name) };
  });

  protected readonly paramValue = this.RULE(
    'paramValue',
    (): ParamValue =>
      this.OR({
        DEF: [
          { GATE: () => this.ahead(2) !== T.Dot, ALT: () => this.SUBRULE(this.numberValue) },
          { ALT: () => this.SUBRULE(this.stringValue) },
          {
            ALT: () => {
              const token = this.OR2([
                { ALT: () => this.CONSUME(T.Proto) },
                { ALT: () => this.CONSUME(T.Star) },
                { ALT: () => this.CONSUME(T.TlsMethod) },
              ]);
              return { kind: 'word' as const, value: token.image, span: this.span(token) };
            },
          },
          {
            ALT: () => {
              const address = this.SUBRULE(this.address);
              return { kind: 'word' as const, value: address?.text, span: address?.span };
            },
          },
        ],
        ERR_MSG: 'a literal value',
      }),
  );

  protected readonly numberValue = this.RULE('numberValue', (): ParamValue => {
    const number = this.SUBRULE(this.integer);
    const image = this.image(this.LA(0));
    const word = /^[A-Za-z]/.test(image) ? image : undefined;
    return { kind: 'int', value: number?.value, ...(word && !this.RECORDING_PHASE && { word }), span: number?.span };
  });

  protected readonly stringValue = this.RULE('stringValue', (): ParamValue & { kind: 'string' } => {
    const token = this.CONSUME(T.StringLiteral);
    return { kind: 'string', value: this.text(token), span: this.span(token) };
  });

  protected readonly literal = this.RULE(
    'literal',
    (): ParamValue =>
      this.OR({
        DEF: [{ ALT: () => this.SUBRULE(this.numberValue) }, { ALT: () => this.SUBRULE(this.stringValue) }],
        ERR_MSG: 'a number or a string',
      }),
  );

  /** `kemi.reply_route_callback = "…"`. */
  protected readonly kemiParam = this.RULE('kemiParam', (): CoreParam => {
    const first = this.CONSUME(T.Kemi);
    this.CONSUME(T.Dot);
    const last = this.CONSUME(T.KemiCallback);
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.stringValue);
    return {
      kind: 'core-param',
      name: `kemi.${last.image}`,
      nameSpan: this.span(first, last),
      value,
      span: this.span(first),
    };
  });

  /** `coreparam[name] = value`. */
  protected readonly indexedParam = this.RULE('indexedParam', (): CoreParam => {
    const first = this.CONSUME(T.CoreparamWord);
    this.CONSUME(T.LBracket);
    const name = this.OR([{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringLiteral) }]);
    this.CONSUME(T.RBracket);
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.literal);
    return {
      kind: 'core-param',
      name: this.text(name),
      nameSpan: this.span(name, name),
      value,
      span: this.span(first),
    };
  });

  protected readonly customVariable = this.RULE('customVariable', (): CustomVariable => {
    const group = this.OR([{ ALT: () => this.CONSUME(T.Id) }, { ALT: () => this.CONSUME(T.Default) }]);
    if (!this.RECORDING_PHASE && this.ahead(1) === T.Assign) {
      this.problem('KTS0005', this.span(group, group), [group.image]);
      this.abandon();
    }
    let instance: number | undefined;
    this.OPTION(() => {
      this.CONSUME(T.LBracket);
      instance = this.number(this.CONSUME(T.NumberLiteral));
      this.CONSUME(T.RBracket);
    });
    this.CONSUME(T.Dot);
    if (!this.RECORDING_PHASE && isReserved(this.LA(1))) {
      this.problem('KTS0004', this.nextSpan(), [this.LA(1).image]);
      this.abandon();
    }
    const name = this.OR2({
      DEF: [
        { ALT: () => this.CONSUME(T.Name) },
        { ALT: () => this.CONSUME2(T.Default) },
        { ALT: () => this.CONSUME2(T.NumberLiteral) },
      ],
      ERR_MSG: 'a name',
    });
    this.CONSUME(T.Assign);
    if (!this.RECORDING_PHASE && this.ahead(1) === T.Minus) this.CONSUME3(T.NumberLiteral);
    const value = this.SUBRULE(this.literal);
    let desc: string | undefined;
    this.OPTION2(() => {
      this.CONSUME(T.Description);
      desc = this.text(this.CONSUME(T.StringLiteral));
    });
    return {
      kind: 'custom-variable',
      group: group.image,
      ...(instance !== undefined && { instance }),
      name: name.image,
      value,
      ...(desc !== undefined && { desc }),
      span: this.span(group),
    };
  });

  protected readonly flags = this.RULE('flags', (): FlagsDecl => {
    const first = this.OR([{ ALT: () => this.CONSUME(T.Flags) }, { ALT: () => this.CONSUME(T.AvpFlags) }]);
    const flags: FlagsDecl['flags'][number][] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.OR2({
          DEF: [{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.StringLiteral) }],
          ERR_MSG: 'the name of a flag',
        });
        let position: number | undefined;
        this.OPTION({
          GATE: () => first.tokenType === T.Flags,
          DEF: () => {
            this.CONSUME(T.Colon);
            position = this.number(this.CONSUME(T.NumberLiteral));
          },
        });
        flags.push({ name: this.text(name), ...(position !== undefined && { position }), span: this.span(name) });
      },
    });
    return { kind: 'flags', of: first.tokenType === T.AvpFlags ? 'avp' : 'message', flags, span: this.span(first) };
  });

  // --- sockets -------------------------------------------------------------------------------------------------

  protected readonly sockets = this.RULE('sockets', (): SocketSpec[] => {
    const sockets: SocketSpec[] = [];
    this.AT_LEAST_ONE({ DEF: () => sockets.push(this.SUBRULE(this.socket)), ERR_MSG: 'an address or a host name' });
    return sockets;
  });

  protected readonly listen = this.RULE('listen', (): Listen => {
    const first = this.CONSUME(T.Listen);
    this.CONSUME(T.Assign);
    const sockets = this.SUBRULE(this.sockets);
    let advertise: Listen['advertise'];
    let name: string | undefined;
    let virtual = false;
    this.OPTION(() => {
      this.CONSUME(T.Advertise);
      advertise = this.SUBRULE(this.advertised);
    });
    this.OPTION2(() => {
      this.CONSUME(T.NameWord);
      name = this.text(this.CONSUME(T.StringLiteral));
    });
    this.OPTION3(() => {
      this.CONSUME(T.Virtual);
      virtual = true;
    });
    return {
      kind: 'listen',
      sockets,
      ...(advertise && { advertise }),
      ...(name !== undefined && { name }),
      virtual,
      span: this.span(first),
    };
  });

  protected readonly advertised = this.RULE('advertised', (): NonNullable<Listen['advertise']> => {
    const spec = this.SUBRULE(this.socket);
    return { ...(spec?.proto && { proto: spec.proto }), host: spec?.addresses?.[0] ?? '', port: spec?.port ?? 0 };
  });

  protected readonly alias = this.RULE('alias', (): Alias => {
    const first = this.OR([{ ALT: () => this.CONSUME(T.Alias) }, { ALT: () => this.CONSUME(T.Domain) }]);
    this.CONSUME(T.Assign);
    const sockets = this.SUBRULE(this.sockets);
    return { kind: 'alias', sockets, span: this.span(first) };
  });

  /** `socket = { bind = udp:1.2.3.4:5060; name = "s"; … }`. */
  protected readonly socketBlock = this.RULE('socketBlock', (): SocketBlock => {
    const first = this.CONSUME(T.Socket);
    this.CONSUME(T.Assign);
    this.CONSUME(T.LBrace);
    const fields: SocketBlock['fields'][number][] = [];
    this.AT_LEAST_ONE({
      DEF: () => {
        this.OR({
          DEF: [{ ALT: () => this.CONSUME(T.Semicolon) }, { ALT: () => fields.push(this.SUBRULE(this.socketField)) }],
        });
      },
      ERR_MSG: 'a field of the socket',
    });
    this.CONSUME(T.RBrace);
    return { kind: 'socket', fields, span: this.span(first) };
  });

  protected readonly socketField = this.RULE('socketField', (): SocketBlock['fields'][number] => {
    const name = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(T.SocketField) },
        { ALT: () => this.CONSUME(T.NameWord) },
        { ALT: () => this.CONSUME(T.Advertise) },
        { ALT: () => this.CONSUME(T.Virtual) },
      ],
    });
    this.CONSUME(T.Assign);
    const takesSocket = name.image === 'bind' || name.tokenType === T.Advertise;
    const value = this.OR2([
      {
        GATE: () => takesSocket,
        ALT: () => {
          const spec = this.SUBRULE(this.socket);
          let portEnd: number | undefined;
          this.OPTION(() => {
            this.CONSUME(T.Minus);
            portEnd = this.SUBRULE(this.port);
          });
          return portEnd === undefined ? spec : { ...spec, portEnd };
        },
      },
      { ALT: () => this.SUBRULE(this.literal) },
    ]);
    return { name: this.image(name).toLowerCase(), value, span: this.span(name) };
  });
}
