import { PAGE } from './differences.js';
import type { PortReport } from './report.js';

/** The report for programs. */
export function json(report: PortReport): string {
  const { file, files, verdict, counts, items, general, problems, untaken } = report;
  const entry = ({ key, title, line }: PortReport['general'][number]) => ({ key, title, page: PAGE, line });
  const value = {
    file,
    files,
    verdict,
    counts,
    items: items.map(({ kind, name, module, owner, status, note, differences, places }) => ({
      kind,
      name,
      module: module ?? owner,
      status,
      note: note ?? null,
      differences: differences.map(entry),
      places,
    })),
    general: general.map(entry),
    problems: problems.map(({ code, title, span }) => ({
      code,
      title,
      file: span.at.file,
      line: span.at.line,
      column: span.at.column,
    })),
    untakenBranches: untaken,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
