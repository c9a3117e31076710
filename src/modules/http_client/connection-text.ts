/** A connection as the config writes it. */
export interface ConnectionText {
  readonly name: string;
  readonly scheme: string;
  /** Host, port and path. */
  readonly url: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Reads `name=>scheme://[user[:password]@]host[:port][/path][;attribute=value…]`; the message when it cannot be read. */
export function parseConnection(text: string): ConnectionText | string {
  const found = /^\s*([^=\s]+)\s*=>\s*([^:]*):\/\/(.*)$/s.exec(text);
  if (found === null) return `invalid curl parameter [${text}]`;
  const [, name = '', scheme = '', rest = ''] = found;
  const at = rest.indexOf('@');
  const userinfo = at < 0 ? null : rest.slice(0, at);
  const place = rest.slice(at + 1);
  const semicolon = place.indexOf(';');
  const colon = userinfo?.indexOf(':') ?? -1;
  return {
    name,
    scheme,
    url: semicolon < 0 ? place : place.slice(0, semicolon),
    user: userinfo === null ? null : colon < 0 ? userinfo : userinfo.slice(0, colon),
    password: userinfo === null || colon < 0 ? null : userinfo.slice(colon + 1),
    attributes: attributesOf(semicolon < 0 ? '' : place.slice(semicolon + 1)),
  };
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, quoted, plain] of text.matchAll(/([^=;\s]+)\s*=\s*(?:"([^"]*)"|([^;]*))/g)) {
    attributes.set(name!, quoted ?? plain!.trim());
  }
  return attributes;
}
