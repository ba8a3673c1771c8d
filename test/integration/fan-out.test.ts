/** One spec, several projects of one cloud. */
import { expect, test } from "vitest";
import { ImageManager } from "../../src/index.ts";
import { backendOf } from "./support/cloud.ts";
import { digest, inParts, MIB, randomData } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("each project gets its image from one read, and one that is cut leaves the others alone", async () => {
  const data = randomData(16 * MIB);
  const { url } = await proxyToGlance(({ method, path }) =>
    method === "PUT" && path.endsWith("/file") ? { cutAfterBytes: 2 * MIB } : undefined,
  );
  const backends = [
    await backendOf("admin"),
    await backendOf("other", { imageEndpointOverride: url }),
    await backendOf("demo"),
  ];
  let opened = 0;
  const open = () => {
    opened++;
    return inParts(data);
  };
  const spec = { name: imageName(), ...formats, source: { open, size: data.length } };
  const images = new ImageManager(await backendOf("demo"));

  const results = await images.applyTo(spec, backends);
  expect(opened).toBe(1);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  for (const result of results) {
    if (result.status === "rejected") {
      expect(result.error).toMatchObject({ name: "NetworkError" });
      continue;
    }
    expect(result.image).toMatchObject({ status: "active", hashValue: digest("sha512", data) });
    expect(result.verification).toMatchObject({ status: "verified", algorithm: "sha512" });
  }

  const again = await images.applyTo(spec, [
    await backendOf("admin"),
    await backendOf("other"),
    await backendOf("demo"),
  ]);
  expect(opened).toBe(2);
  expect(again.map((result) => result.status === "fulfilled" && result.plan.action)).toEqual([
    "none",
    "create",
    "none",
  ]);
});
