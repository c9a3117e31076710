/** Prints `N passed, N failed` for a vitest JSON report and the exit statuses of the tests and of lint. */
import { readFileSync } from 'node:fs';

const [report, testStatus, lintStatus] = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  for (const file of testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      if (test.status === 'failed') failed++;
    }
    // A file that could not be loaded has no tests to fail.
    if (file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed')) failed++;
  }
} catch (error) {
  process.stderr.write(`no test report: ${error.message}\n`);
}
// An error outside any test, or no run at all.
if (testStatus !== '0' && failed === 0) failed++;
if (lintStatus === '0') passed++;
else failed++;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
