import { LINT_GROUPS, type Rule } from './rule.js';

/** The page docs/lint.md: how lint is asked for, and each rule with its examples. */
export function lintPage(rules: readonly Rule[]): string {
  const out = [
    '# Lint',
    '',
    '`kts check` reports what keeps a config from running, and what runs but surely does not do what it says. Rules that',
    'are almost always right are on; the others belong to groups that can be asked for.',
    '',
    '    kts check --lint all kamailio.cfg                  # every rule',
    '    kts check --lint security,unused kamailio.cfg      # groups',
    '    kts check --lint all,-secret-in-config kamailio.cfg',
    '    kts check --lint none kamailio.cfg                 # names and types only',
    '    kts check --deny KTS2050 kamailio.cfg              # fail the build on one of them',
    '    kts explain KTS2050',
    '',
    'A comment in the config chooses as well: `# kts-lint: security, -open-relay`.',
    '',
    'Rules marked *trap* are logged as warnings when the server starts, too: what they see goes wrong without a word.',
    '',
    '| Group | About |',
    '|---|---|',
    ...Object.entries(LINT_GROUPS).map(([group, about]) => `| \`${group}\` | ${about} |`),
    '',
    '| Code | Rule | Group | On | Severity |',
    '|---|---|---|---|---|',
    ...rules.map(
      (r) =>
        `| ${r.code} | [${r.name}](#${r.code.toLowerCase()}-${r.name}) | ${r.group} | ${r.on ? 'yes' : ''}${r.trap ? ', trap' : ''} | ${r.severity} |`,
    ),
    '',
  ];
  for (const rule of rules) out.push(...section(rule));
  return `${out.join('\n').trimEnd()}\n`;
}

function section(rule: Rule): string[] {
  return [
    `## ${rule.code} ${rule.name}`,
    '',
    rule.cause,
    '',
    `- At run time: ${rule.effect}`,
    `- Instead: ${rule.fix}`,
    '',
    ...example('Seen:', rule.bad),
    ...example('Not seen:', rule.good),
  ];
}

function example(title: string, text: string): string[] {
  return [title, '', ...text.split('\n').map((line) => (line === '' ? '' : `    ${line}`)), ''];
}
