import { parseArgs } from "node:util";
import { inCloud } from "./support/in-cloud.ts";
import { parseSizeBytes } from "./support/size.ts";
import { compareToSink } from "./to-sink.ts";
import { acceptanceLines, formatResults } from "./upload-report.ts";
import { compare } from "./upload-rounds.ts";

const usage = `Makes an image of random bytes behind a URL with imagewright, with a cold cache that ends filled and verified and
with a warm one; with curl into curl; and with a peer. In turns.

  --size SIZE     of the file, such as 512MiB (1GiB)
  --runs NUMBER   of turns for each of them (3)
  --peer COMMAND  another program that creates, uploads and deletes an image. {url} in it becomes the URL; OS_*
                  variables name the cloud; if the last word that it prints is a number, those are its seconds
  --cloud NAME    an entry of clouds.yaml; without it a Keystone and a Glance are started for this
  --sink          to a server on this machine that forgets the bytes, in place of a cloud
  --throttle SIZE over no connection does the server of the URL send more than this a second, such as 40MiB
  --check         fails unless all that the project promises of a cloud holds`;

const promised = [
  { contestant: "cold cache", maxRatioToCurl: 1.1, minTimesPeer: 1.8 },
  { contestant: "warm cache", maxRatioToCurl: 1.1, minTimesPeer: 1.8 },
];

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      size: { type: "string", default: "1GiB" },
      runs: { type: "string", default: "3" },
      peer: { type: "string" },
      cloud: { type: "string" },
      sink: { type: "boolean", default: false },
      throttle: { type: "string" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const rounds = Number(values.runs);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--runs ${values.runs} is no number of turns`);
  const throttleBytes = values.throttle === undefined ? undefined : parseSizeBytes(values.throttle);
  const sizeBytes = parseSizeBytes(values.size);
  const options = { sizeBytes, rounds, throttleBytes, peerCommand: values.peer };
  if (values.sink) return compareToSink({ from: "url", ...options });

  const results = await inCloud(values.cloud, (cloud) => compare({ from: "url", cloud, ...options }));
  const lines = acceptanceLines(results, promised);
  console.log(`\n${formatResults(results, options.sizeBytes)}\n`);
  for (const { holds, text } of lines) console.log(`${holds ? "✓" : "✗"} ${text}`);
  if (values.check && lines.some(({ holds }) => !holds)) process.exitCode = 1;
}
