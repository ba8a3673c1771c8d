/** A process that is killed at any instant: the next apply ends in exactly one image, active and right. */
import { expect, test } from "vitest";
import type { ImageSpecInput } from "../../src/index.ts";
import { authOf, managerOf } from "./support/cloud.ts";
import { chunkedContent, content, serve } from "./support/file-server.ts";
import { digest, MIB, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { applyInProcess } from "./support/processes.ts";
import { type PassingRequest, proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(16 * MIB);

interface Instant {
  readonly when: string;
  readonly matches: (request: PassingRequest) => boolean;
  /** Whether the cloud still gets the request. */
  readonly passes: boolean;
  /** After how many bytes of the request's body; at once when absent. */
  readonly afterBytes?: number;
}

const is = (method: string) => (request: PassingRequest) => request.method === method;

const INSTANTS: readonly Instant[] = [
  { when: "before the record is made", matches: is("POST"), passes: false },
  { when: "when the record is made", matches: is("POST"), passes: true },
  { when: "before the upload", matches: is("PUT"), passes: false },
  { when: "at the first byte", matches: is("PUT"), passes: true, afterBytes: 1 },
  { when: "in the middle of the data", matches: is("PUT"), passes: true, afterBytes: 8 * MIB },
];

/** Applies a spec in a process that is killed at an instant of it. */
async function killAt({ matches, passes, afterBytes }: Instant, spec: ImageSpecInput): Promise<void> {
  let killed = false;
  const kill = (): void => {
    killed = true;
    process.kill(running.child.pid ?? 0, "SIGKILL");
  };
  const { url } = await proxyToGlance((request) => {
    if (killed || !matches(request)) return undefined;
    if (afterBytes === undefined) {
      kill();
      return passes ? undefined : { answer: { status: 500 } };
    }
    let seenBytes = 0;
    return {
      alter: (part) => {
        seenBytes += part.length;
        if (!killed && seenBytes >= afterBytes) kill();
        return part;
      },
    };
  });
  const running = applyInProcess(spec, { auth: authOf("demo"), imageEndpointOverride: url });
  expect(await running.output).toBe("");
  expect(killed).toBe(true);
}

async function expectOneRightImage(spec: ImageSpecInput): Promise<void> {
  const images = await managerOf("demo");
  const { image } = await images.apply(spec);
  expect(image).toMatchObject({
    status: "active",
    sizeBytes: data.length,
    hashValue: digest("sha512", data),
  });
  expect((await imagesNamed(spec.name)).map(({ id }) => id)).toEqual([image.id]);
  expect(await images.plan(spec)).toMatchObject({ action: "none" });
}

test.for(INSTANTS)("$when of an image from a file", async (instant) => {
  const spec = { name: imageName(), ...formats, source: { file: await temporaryFile(data) }, tags: ["a"] };
  await killAt(instant, spec);
  await expectOneRightImage(spec);
});

test.for([INSTANTS[2], INSTANTS[4]].filter((instant) => instant !== undefined))(
  "$when of an image from a URL",
  async (instant) => {
    const { origin } = await serve({ "/known": content(data), "/unknown": chunkedContent(data) });
    for (const path of ["/known", "/unknown"]) {
      const spec = { name: imageName(), ...formats, source: { url: `${origin}${path}` } };
      await killAt(instant, spec);
      await expectOneRightImage(spec);
    }
  },
);

test.for([
  ...INSTANTS.slice(1),
  { when: "before the old image is deleted", matches: is("DELETE"), passes: false },
])("$when of a replacement", async (instant) => {
  const name = imageName();
  const old = { name, ...formats, source: { file: await temporaryFile(randomData(MIB)) } };
  await (await managerOf("demo")).apply(old);
  const spec = { name, ...formats, source: { file: await temporaryFile(data) } };
  await killAt(instant, spec);
  await expectOneRightImage(spec);
});
