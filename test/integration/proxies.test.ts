/** A whole apply, with everything that it sends going through a proxy. */
import { afterEach, expect, inject, test, vi } from "vitest";
import { proxyServer } from "../support/proxy.ts";
import { managerOf } from "./support/cloud.ts";
import { MIB, randomData, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

test("an image is made, filled, verified and deleted through HTTP_PROXY", async () => {
  const proxy = await proxyServer({ credentials: "user:pr0xy-secret" });
  vi.stubEnv("no_proxy", undefined);
  vi.stubEnv("HTTP_PROXY", `http://user:pr0xy-secret@${proxy.host}`);
  const images = await managerOf("demo");
  const source = { file: await temporaryFile(randomData(8 * MIB)) };
  const { image, verification } = await images.apply({ name: imageName(), ...formats, source });
  expect(image).toMatchObject({ status: "active", sizeBytes: 8 * MIB });
  expect(verification.status).toBe("verified");
  await images.destroy(image.id);
  const { authUrl, imageUrl } = inject("cloud");
  expect(proxy.requests).toEqual(
    expect.arrayContaining([
      `POST ${authUrl}/auth/tokens`,
      `POST ${imageUrl}/v2/images`,
      `PUT ${imageUrl}/v2/images/${image.id}/file`,
      `DELETE ${imageUrl}/v2/images/${image.id}`,
    ]),
  );
});

test("NO_PROXY lets the cloud be reached without a proxy that isn't there", async () => {
  vi.stubEnv("no_proxy", "127.0.0.0/8");
  vi.stubEnv("HTTP_PROXY", "http://proxy.invalid:3128");
  const { image } = await (await managerOf("demo")).apply({ name: imageName(), ...formats });
  expect(image.status).toBe("queued");
});
