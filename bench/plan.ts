import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { reconcile } from "imagewright";
import { generatePairs, type Pair } from "./plan-input.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const usage = `Plans for many images that differ a little from their specs, each with 50 properties and 20 tags.

  --runs NUMBER  of turns for each number of images (5); the first one counts, too
  --check        fails unless all that the project promises holds`;

const counts = [1_000, 10_000, 100_000] as const;
const promisedCount = 10_000;
const promisedSeconds = 1;
const maxGrowth = 1.5;

interface Result {
  readonly count: number;
  readonly seconds: readonly number[];
}

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      runs: { type: "string", default: "5" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const rounds = Number(values.runs);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--runs ${values.runs} is no number of turns`);
  console.log(`Node ${process.versions.node}, ${availableParallelism()} processors\n`);

  const results = counts.map((count) => measure(count, rounds));
  console.log(table([["images", "median s", "min", "max", "µs per plan"], ...results.map(row)]));
  const lines = acceptanceLines(results);
  console.log();
  for (const { holds, text } of lines) console.log(`${holds ? "✓" : "✗"} ${text}`);
  if (values.check && lines.some(({ holds }) => !holds)) process.exitCode = 1;
}

function measure(count: number, rounds: number): Result {
  const pairs = generatePairs(count);
  return { count, seconds: Array.from({ length: rounds }, () => planAll(pairs)) };
}

/** The seconds that all plans take, of which every one is kept. */
function planAll(pairs: readonly Pair[]): number {
  const startMs = performance.now();
  const plans = pairs.map(({ spec, image }) => reconcile(spec, image));
  const seconds = (performance.now() - startMs) / 1000;
  const inPlace = plans.filter(({ action }) => action === "none").length;
  if (inPlace !== pairs.length / 4) throw new Error(`${inPlace} of ${pairs.length} images are in place`);
  return seconds;
}

function row({ count, seconds }: Result): string[] {
  const cells = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
  return [
    count.toLocaleString("en"),
    ...cells.map((value) => value.toFixed(3)),
    perPlanMicros({ count, seconds }).toFixed(1),
  ];
}

function acceptanceLines(results: readonly Result[]): readonly { holds: boolean; text: string }[] {
  const [fewest] = results;
  const most = results.at(-1);
  const promised = results.find(({ count }) => count === promisedCount);
  const seconds = median(promised?.seconds ?? []);
  const growth = most && fewest ? perPlanMicros(most) / perPlanMicros(fewest) : Number.NaN;
  return [
    {
      holds: seconds <= promisedSeconds,
      text: `10,000 plans in at most ${promisedSeconds} s: ${seconds.toFixed(3)} s`,
    },
    {
      holds: growth <= maxGrowth,
      text: `linear: a plan of 100,000 takes at most ${maxGrowth} × as long as one of 1,000: ${growth.toFixed(2)}`,
    },
  ];
}

function perPlanMicros({ count, seconds }: Result): number {
  return (median(seconds) / count) * 1e6;
}
