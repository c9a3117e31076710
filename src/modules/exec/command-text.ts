/** What Node.js takes for a process is UTF-8; scripts have bytes. Bytes that are no UTF-8 reach the shell as `printf` escapes. */

/** A command as Node.js can hand it to `/bin/sh -c`. */
export interface ShellCommand {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Prepares a command and its variables, both bytes as latin1 characters without NUL. */
export function shellCommand(text: string, variables: Readonly<Record<string, string>>): ShellCommand {
  const env: Record<string, string> = {};
  let prelude = '';
  for (const [name, value] of Object.entries(variables)) {
    const decoded = asUtf8(value);
    if (decoded !== null) env[name] = decoded;
    else prelude += `export ${name}="$(${printed(value)})"\n`;
  }
  const decoded = asUtf8(text);
  return { script: prelude + (decoded ?? `eval "$(${printed(text)})"`), env };
}

/** A text in single quotes for a shell: nothing in it means anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The text behind the bytes, or null when they are no UTF-8. */
function asUtf8(bytes: string): string | null {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}

/** A shell command that prints the bytes. */
function printed(bytes: string): string {
  const escapes = bytes.replace(/[^\w .:@/-]/g, (c) => `\\0${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `printf '%b' '${escapes}'`;
}
