/** node scripts/sum-reports.ts FAILED-STAGE…: adds up vitest's reports and prints "N passed, N failed" last. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of vitest's JSON report, what is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const folder = join(import.meta.dirname, "..", "reports");
const stages = {
  "npm test": ["unit", "package"],
  "npm run test:integration": ["integration"],
  "npm run test:integration:newer": ["integration-newer"],
  "npm run test:oracle": ["oracle"],
  "npm run test:differential": ["differential"],
  "npm run test:soak": ["soak"],
};

const failedStages = new Set(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0 };

for (const [stage, names] of Object.entries(stages)) {
  let failed = 0;
  for (const name of names) {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) {
      console.log(`${name}: did not run`);
      failedStages.add(stage);
      continue;
    }
    const counts = count(JSON.parse(readFileSync(file, "utf8")));
    console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    total.passed += counts.passed;
    total.skipped += counts.skipped;
    failed += counts.failed;
  }
  total.failed += failed;
  if (failed > 0) failedStages.delete(stage);
}

// What fails without a failed test counts as one: a line without failures under a red run would be a lie.
for (const stage of failedStages) console.log(`${stage}: failed, though no test did; counted as one`);
total.failed += failedStages.size;
if (total.skipped > 0) console.log(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

function count(report: Report): typeof total {
  // A file that can't even be loaded has failed without any test that has.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
