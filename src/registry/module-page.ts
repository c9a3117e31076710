import type { FunctionDef, ModuleDef, ParamDef } from './module.js';

/** The documentation page of a module, as Markdown: everything its manifest says. */
export function modulePage(def: ModuleDef): string {
  const parts = [
    `# ${def.name}\n\n${def.doc}\n`,
    def.depends.length > 0 ? `Needs ${def.depends.map((d) => `[${d}](${d}.md)`).join(', ')}.\n` : '',
    section('Parameters', table(['Parameter', 'Type', 'Default', 'Meaning'], paramRows(def.params))),
    section(
      'Functions',
      Object.entries(def.functions)
        .map(([name, defs]) => functionText(name, defs))
        .join('\n'),
    ),
    section(
      'Pseudo-variables',
      table(
        ['Variable', 'Writable', 'Meaning'],
        Object.entries(def.pvs).map(([name, p]) => [
          `\`$${name}${p.inner === 'none' ? '' : p.inner === 'required' ? '(name)' : '[(name)]'}${p.index ? '[i]' : ''}\``,
          p.writable ? 'yes' : '',
          p.doc + (p.since ? ' Not in 5.6.' : ''),
        ]),
      ),
    ),
    section(
      'Transformations',
      table(
        ['Transformation', 'Parameters', 'Meaning'],
        Object.entries(def.transformations).flatMap(([cls, ops]) =>
          Object.entries(ops).map(([op, t]) => [
            `\`{${cls}.${op}}\``,
            t.params[0] === t.params[1] ? `${t.params[0]}` : `${t.params[0]}–${t.params[1]}`,
            t.doc + (t.since ? ' Not in 5.6.' : ''),
          ]),
        ),
      ),
    ),
    section(
      'RPC commands',
      table(
        ['Command', 'Meaning'],
        Object.entries(def.rpc).map(([name, r]) => [`\`${name}\``, r.doc]),
      ),
    ),
    section(
      'Event routes',
      table(
        ['Route', 'Runs'],
        Object.entries(def.eventRoutes).map(([name, doc]) => [`\`event_route[${name}]\``, doc]),
      ),
    ),
    section(
      'Statistics',
      table(
        ['Statistic', 'Counts'],
        Object.entries(def.statistics).map(([name, doc]) => [`\`${name}\``, doc]),
      ),
    ),
  ];
  return parts.filter((p) => p !== '').join('\n');
}

/** The list of all pages. */
export function moduleIndex(defs: readonly ModuleDef[]): string {
  const rows = defs.map((d) => [`[${d.name}](${d.name}.md)`, d.doc]);
  return `# Modules\n\nGenerated from the manifests in \`src/modules\` by \`npm run docs\`.\n\n${table(['Module', ''], rows)}`;
}

const section = (title: string, body: string): string => (body === '' ? '' : `## ${title}\n\n${body}`);

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function paramRows(params: Readonly<Record<string, ParamDef>>): string[][] {
  return Object.entries(params).map(([name, p]) => [
    `\`${name}\``,
    p.type === 'list' ? `${p.value}, repeatable` : p.type,
    p.type === 'list' || p.default === null ? '' : `\`${JSON.stringify(p.default)}\``,
    [p.doc, bounds(p), p.noEffect ? `No effect here: ${p.noEffect}` : ''].filter((t) => t !== '').join(' '),
  ]);
}

function bounds(p: ParamDef): string {
  if (p.type !== 'int' || (p.min === undefined && p.max === undefined)) return '';
  return p.max === undefined
    ? `At least ${p.min}.`
    : p.min === undefined
      ? `At most ${p.max}.`
      : `From ${p.min} to ${p.max}.`;
}

function functionText(name: string, defs: readonly FunctionDef<unknown>[]): string {
  return defs
    .map((f) => {
      const args = f.args.map((a) => (a.optional ? `[${a.name}]` : a.name)).join(', ');
      const facts = [
        `Allowed in ${f.routes.join(', ')}.`,
        f.suspends ? 'May wait: other messages go on meanwhile.' : '',
        f.literalOnly ? 'Takes literals only.' : '',
        f.since ? 'Not in 5.6.' : '',
      ].filter((t) => t !== '');
      const given = f.args.filter((a) => a.doc).map((a) => `- \`${a.name}\`: ${a.doc}\n`);
      const returns = Object.entries(f.returns ?? {}).map(([code, meaning]) => `- returns ${code}: ${meaning}\n`);
      const list = [...given, ...returns].join('');
      return `### \`${name}(${args})\`\n\n${f.doc} ${facts.join(' ')}\n${list === '' ? '' : `\n${list}`}${f.example ? `\n\`\`\`\n${f.example.trim()}\n\`\`\`\n` : ''}`;
    })
    .join('\n');
}
