/** What Huawei Cloud takes of a spec, told before anything is sent. */
import { describe, expect, it } from "vitest";
import { huaweicloudSpec } from "../../../src/backends/huaweicloud/spec.ts";

const SPEC = { name: "golden", diskFormat: "raw", source: { file: "golden.raw" } };
const OBJECT = { name: "golden", minDiskGb: 40, source: { object: "bucket:golden.qcow2" } };
const OS = { __os_version: "Ubuntu 22.04 server 64bit" };
const VOLUME = { name: "golden", source: { volumeId: "v" } };
const COPY = { name: "golden", source: { imageId: "i" } };

const spec = huaweicloudSpec({ region: "cn-north-4", reachesRegions: true });

function problems(input: object, schema = spec): readonly string[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a spec that is taken", () => {
  it.each<[string, object]>([
    ["uploaded data", SPEC],
    ["no data", { name: "golden" }],
    ["no data yet, of an ISO", { name: "golden", diskFormat: "iso" }],
    [
      "everything that uploaded images have",
      {
        ...SPEC,
        name: "金 golden-1.0_a",
        containerFormat: "bare",
        visibility: "private",
        protected: true,
        hidden: false,
        minDiskGb: 1024,
        minRamMb: 512,
        description: "line\nline",
        tags: Array.from({ length: 10 }, (_, index) => `${"k".repeat(35)}${index}=${"v".repeat(43)}`),
        members: ["0b1e494e2660441a957313163095fe5c"],
        region: "cn-north-4",
        properties: { ...OS, max_ram: "512", hw_firmware_type: "uefi", enterprise_project_id: "0" },
      },
    ],
    ["an object", OBJECT],
    [
      "an object with all that it takes",
      {
        ...OBJECT,
        properties: {
          ...OS,
          os_type: "Linux",
          architecture: "arm",
          type: "BMS",
          cmk_id: "k",
          is_config: "false",
        },
      },
    ],
    ["an ISO", { ...OBJECT, diskFormat: "iso", properties: OS }],
    ["a data disk of 2 TB", { ...OBJECT, minDiskGb: 2048, properties: { type: "DataImage" } }],
    ["a quick import", { ...OBJECT, properties: { ...OS, is_quick_import: "true", license_type: "BYOL" } }],
    ["a volume", { ...VOLUME, properties: OS }],
    ["a data disk of a volume", { ...VOLUME, properties: { type: "DataImage" } }],
    ["a copy", { ...COPY, properties: { cmk_id: "k" } }],
    [
      "a copy of another region",
      {
        name: "golden",
        source: { imageId: "i", region: "ap-southeast-1" },
        properties: { agency_name: "a", vault_id: "v" },
      },
    ],
  ])("%s", (_what, input) => expect(problems(input)).toEqual([]));
});

describe("a spec that is refused, by its path and with what to do", () => {
  it.each<[object, RegExp]>([
    [{ ...SPEC, name: " golden" }, /^name: may have letters/],
    [{ ...SPEC, name: "a/b" }, /^name: may have letters/],
    [{ ...SPEC, name: "n".repeat(129) }, /^name: is longer than 128/],
    [{ ...SPEC, description: "a <b>" }, /^description: may not have </],
    [{ ...SPEC, description: "d".repeat(1025) }, /^description: is longer than 1024/],
    [{ ...SPEC, containerFormat: "ovf" }, /^containerFormat: must be bare/],
    [
      { name: "a", source: { file: "a" } },
      /^diskFormat: is required on Huawei Cloud for data that is uploaded/,
    ],
    [{ ...SPEC, diskFormat: "vmdk" }, /^diskFormat: must be one of zvhd2, vhd, raw, qcow2/],
    [{ ...SPEC, diskFormat: "iso" }, /^diskFormat: .*an ISO is made of source\.object/],
    [{ ...SPEC, visibility: "shared" }, /^visibility: must be private.*members/],
    [{ ...SPEC, hidden: true }, /^hidden: /],
    [{ ...SPEC, minDiskGb: 1025 }, /^minDiskGb: must be from 0 to 1024/],
    [{ ...SPEC, region: "eu-west-101" }, /^region: this backend keeps the images of cn-north-4/],
    [{ ...SPEC, tags: ["plain"] }, /^tags\.0: must be "key=value".*"plain="/],
    [{ ...SPEC, tags: ["=v"] }, /^tags\.0: has no key/],
    [{ ...SPEC, tags: [`${"k".repeat(37)}=v`] }, /^tags\.0: has a key of more than 36/],
    [{ ...SPEC, tags: [`k=${"v".repeat(44)}`] }, /^tags\.0: has a value of more than 43/],
    [{ ...SPEC, tags: ["k = v"] }, /^tags\.0: has white space/],
    [{ ...SPEC, tags: ["k=1", "k=2"] }, /^tags: has the key "k" more than once/],
    [{ ...SPEC, tags: Array.from({ length: 11 }, (_, index) => `k${index}=`) }, /^tags: has 11 tags; .* 10/],
    [
      { ...SPEC, properties: { os_distro: "debian" } },
      /^properties\.os_distro: .*is no property that images have.*there are __os_version, /,
    ],
    [
      { ...SPEC, properties: { os_version: "Debian" } },
      /^properties\.os_version: .*did you mean "__os_version"\?/,
    ],
    [{ ...SPEC, properties: { max_ram: "0" } }, /^properties\.max_ram: must be a whole number/],
    [
      { ...SPEC, minRamMb: 1024, properties: { max_ram: "512" } },
      /^properties\.max_ram: is less than minRamMb/,
    ],
    [
      { ...SPEC, properties: { hw_firmware_type: "efi" } },
      /^properties\.hw_firmware_type: must be one of bios, uefi/,
    ],
    [
      { ...SPEC, properties: { enterprise_project_id: "default" } },
      /^properties\.enterprise_project_id: must be the id/,
    ],
    [
      { ...SPEC, properties: { architecture: "arm" } },
      /^properties\.architecture: isn't taken for image data that is uploaded, only for source\.object/,
    ],
    [{ ...OBJECT, minDiskGb: undefined }, /^minDiskGb: is required.*10 to 1024/],
    [{ ...OBJECT, minDiskGb: 5 }, /^minDiskGb: must be from 10 to 1024/],
    [{ ...OBJECT, minDiskGb: 10, properties: { os_type: "Windows" } }, /^minDiskGb: must be from 20 to 1024/],
    [{ ...OBJECT, minDiskGb: 20, properties: { type: "DataImage" } }, /^minDiskGb: must be from 40 to 2048/],
    [{ ...OBJECT, protected: true }, /^protected: can only be given to images whose data is uploaded/],
    [
      { ...OBJECT, diskFormat: "iso" },
      /^properties\.__os_version: is required on Huawei Cloud for source\.object of an ISO/,
    ],
    [{ ...OBJECT, members: ["p"], properties: { cmk_id: "k" } }, /^members: an image that is encrypted/],
    [
      { ...OBJECT, properties: { ...OS, is_quick_import: "true", cmk_id: "k" } },
      /^properties\.cmk_id: isn't taken/,
    ],
    [VOLUME, /^properties\.__os_version: is required on Huawei Cloud for source\.volumeId/],
    [{ ...VOLUME, minDiskGb: 40, properties: OS }, /^minDiskGb: Huawei Cloud takes it from/],
    [
      { ...VOLUME, properties: { ...OS, type: "IsoImage" } },
      /^properties\.type: an ISO is made of source\.object/,
    ],
    [
      { ...COPY, source: { imageId: "i", region: "ap-southeast-1" } },
      /^properties\.agency_name: is required/,
    ],
    [
      { ...OBJECT, diskFormat: "iso", properties: { ...OS, type: "ECS" } },
      /^properties\.type: must be "IsoImage" for an ISO/,
    ],
    [
      { ...OBJECT, diskFormat: "qcow2", properties: { ...OS, type: "IsoImage" } },
      /^diskFormat: must be iso for an ISO/,
    ],
  ])("%j", (input, problem) => {
    const found = problems(input);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it("a copy of another region, where a token that was given is all there is", () => {
    const bound = huaweicloudSpec({ region: "cn-north-4", reachesRegions: false });
    const input = {
      ...COPY,
      source: { imageId: "i", region: "ap-southeast-1" },
      properties: { agency_name: "a" },
    };
    expect(problems(input, bound)).toEqual([
      expect.stringMatching(/^source\.imageId: is of another region.*access key or a password/),
    ]);
  });
});
