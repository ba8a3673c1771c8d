import { describe, expect, it } from "vitest";
import { vkcsSpec } from "../../../src/backends/vkcs/spec.ts";
import { parseSpec } from "../../../src/model/index.ts";

const SPEC = { name: "debian-13", containerFormat: "bare", diskFormat: "raw" };

it.each([
  ["raw", {}],
  ["iso", { diskFormat: "iso" }],
  ["private", { visibility: "private" }],
  ["shared, with members", { visibility: "shared", members: ["p2"] }],
  ["community", { visibility: "community" }],
  [
    "with metatags",
    { properties: { os_type: "linux", mcs_os_distro: "debian", hw_qemu_guest_agent: "yes", storage: "1" } },
  ],
  ["with the region of the backend", { region: "RegionOne" }],
])("takes an image that is %s, and adds nothing", (_what, fields) => {
  expect(vkcsSpec("RegionOne").parse({ ...SPEC, ...fields })).toEqual({ ...SPEC, ...fields });
});

describe("refuses, and says what to do:", () => {
  it.each<[string, object, readonly [path: string, message: RegExp]]>([
    ["qcow2", { diskFormat: "qcow2" }, ["diskFormat", /raw or iso.*diskFormat: "raw", convert: true/]],
    ["vmdk", { diskFormat: "vmdk" }, ["diskFormat", /raw or iso.*qemu-img convert -O raw image\.vmdk/]],
    ["a container", { containerFormat: "ova" }, ["containerFormat", /must be bare/]],
    [
      "public images",
      { visibility: "public" },
      ["visibility", /must be private, shared or community on VK Cloud/],
    ],
    ["the store", { properties: { store: "s3" } }, ["properties.store", /VK Cloud sets it itself/]],
    ["no format", { diskFormat: undefined }, ["diskFormat", /is required on VK Cloud/]],
    ["another region", { region: "kz" }, ["region", /vkcs\(\{ region: "kz" \}\)/]],
  ])("%s", (_what, fields, [path, message]) => {
    const result = vkcsSpec("RegionOne").safeParse({ ...SPEC, ...fields });
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
    expect(result.error?.issues[0]?.message).toMatch(message);
  });
});

it("says all that is wrong at once", () => {
  const spec = { name: "a", containerFormat: "ovf", diskFormat: "vhd", properties: { store: "s3" } };
  expect(() => parseSpec(spec, vkcsSpec("RegionOne"))).toThrow(
    expect.objectContaining({
      code: "ERR_SPEC_INVALID",
      issues: [
        expect.objectContaining({ path: ["containerFormat"] }),
        expect.objectContaining({ path: ["diskFormat"] }),
        expect.objectContaining({ path: ["properties", "store"] }),
      ],
    }),
  );
});
