import { PAGE } from './differences.js';
import { type Judged, KINDS, type PortReport, STATUSES } from './report.js';
import { KIND_NAMES, placesOf, STATUS_NAMES, verdictText, written } from './text.js';

/** The report as one file for a browser: no scripts, nothing loaded from elsewhere. */
export function html(report: PortReport): string {
  const { file, files, items, general, problems, untaken } = report;
  const body = [
    `<h1>Porting report</h1><p class="file">${escaped(file)}</p>`,
    `<p class="verdict ${report.verdict}">${escaped(verdictText(report))}</p>`,
    counts(report),
    ...KINDS.map((kind) =>
      list(
        KIND_NAMES[kind],
        items.filter((i) => i.kind === kind),
      ),
    ),
    problems.length === 0
      ? ''
      : `<h2>Errors that kts check reports</h2><ul>${problems
          .map(
            (d) =>
              `<li><code>${escaped(`${d.span.at.file}:${d.span.at.line}`)}</code> ${escaped(d.title)} <code>${escaped(d.code)}</code></li>`,
          )
          .join('')}</ul>`,
    `<h2>What concerns every config</h2><ul>${general.map((d) => `<li>${escaped(d.title)} <code>${PAGE}:${d.line}</code></li>`).join('')}</ul>`,
    `<p>${files.length} files: ${files.map((f) => `<code>${escaped(f)}</code>`).join(' ')}. ${untaken} conditional branches are not taken and not looked at.</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Porting report: ${escaped(file)}</title>
<style>${STYLE}</style></head>
<body>
${body.filter((part) => part !== '').join('\n')}
</body></html>
`;
}

function counts({ counts }: PortReport): string {
  const head = `<tr><th></th>${STATUSES.map((s) => `<th>${STATUS_NAMES[s]}</th>`).join('')}</tr>`;
  const rows = KINDS.map((kind) => {
    const cells = STATUSES.map((s) => `<td class="n${counts[kind][s] > 0 ? ` ${s}` : ''}">${counts[kind][s]}</td>`);
    return `<tr><th>${KIND_NAMES[kind]}</th>${cells.join('')}</tr>`;
  });
  return `<table>${head}${rows.join('')}</table>`;
}

function list(title: string, items: readonly Judged[]): string {
  if (items.length === 0) return '';
  const order = ['missing', 'unknown', 'differs', 'same'];
  const sorted = [...items].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return `<h2>${escaped(title)}</h2><table>${sorted.map(row).join('')}</table>`;
}

function row(item: Judged): string {
  const notes = [
    ...(item.note === undefined ? [] : [escaped(item.note)]),
    ...item.differences.map((d) => `${escaped(d.title)} <code>${PAGE}:${d.line}</code>`),
  ];
  const cells = [
    `<code>${escaped(written(item))}</code>`,
    STATUS_NAMES[item.status],
    notes.join('<br>'),
    escaped(placesOf(item)),
  ];
  return `<tr class="${item.status}">${cells.map((c) => `<td>${c}</td>`).join('')}</tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of the config, which may be anything, as text of the page. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!).replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '�');
}

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{margin-bottom:0}h2{margin:2rem 0 .5rem;font-size:1.1rem}.file{margin-top:0;color:#666}
.verdict{padding:.6rem 1rem;border-left:4px solid #888;background:#f4f4f4}
.verdict.runs{border-color:#2a7}.verdict.does-not-run{border-color:#c33}.verdict.runs-with-differences{border-color:#c90}
table{border-collapse:collapse}td,th{padding:.15rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid #eee}
td.n{text-align:right}.missing td:nth-child(2),.unknown td:nth-child(2),td.missing,td.unknown{color:#c33}
.differs td:nth-child(2),td.differs{color:#a60}code{font-size:.92em}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.verdict{background:#262626}td,th{border-color:#333}}
`;
