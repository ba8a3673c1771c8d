import { describe, expect, it } from "vitest";
import { openstackSpec } from "../../../src/backends/openstack/spec.ts";

const SPEC = { name: "debian-13", containerFormat: "bare", diskFormat: "qcow2" };

it("takes a spec with formats, and adds nothing", () => {
  expect(openstackSpec("RegionOne").parse(SPEC)).toEqual(SPEC);
});

it("needs both formats, and says so of both", () => {
  const result = openstackSpec("RegionOne").safeParse({ name: "a" });
  expect(result.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`)).toEqual([
    "containerFormat is required on OpenStack",
    "diskFormat is required on OpenStack",
  ]);
});

describe("a region", () => {
  it("that is the backend's is fine", () => {
    expect(openstackSpec("RegionOne").safeParse({ ...SPEC, region: "RegionOne" }).success).toBe(true);
  });

  it("is fine where nobody knows the backend's", () => {
    expect(openstackSpec(undefined).safeParse({ ...SPEC, region: "RegionOne" }).success).toBe(true);
  });

  it("that is another is an error that says what to do", () => {
    const result = openstackSpec("RegionOne").safeParse({ ...SPEC, region: "RegionTwo" });
    expect(result.error?.issues).toMatchObject([
      { path: ["region"], message: expect.stringContaining('openstack({ region: "RegionTwo" })') },
    ]);
  });
});
