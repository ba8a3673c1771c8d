import { describe, expect, it } from "vitest";
import { ImageSpec } from "../../src/model/index.ts";
import { issuesOfSpec } from "./issues.ts";

describe("an unknown key is named with the nearest known one", () => {
  it.each([
    ["min_disk_gb", "minDiskGb"],
    ["min-ram-mb", "minRamMb"],
    ["min_disk", "minDiskGb"],
    ["minDisk", "minDiskGb"],
    ["disk_format", "diskFormat"],
    ["container_format", "containerFormat"],
    ["ContainerFormat", "containerFormat"],
    ["tag", "tags"],
    ["propertys", "properties"],
    ["visiblity", "visibility"],
    ["verify_checksum", "verifyChecksum"],
    ["Name", "name"],
  ])("%s: %s", (key, known) => {
    expect(issuesOfSpec({ [key]: 1 })).toEqual([
      { path: [key], message: `unknown key "${key}": did you mean "${known}"?` },
    ]);
  });

  it.each([
    ["cache_path", "cachePath"],
    ["Password", "password"],
    ["header", "headers"],
    ["check_sum", "checksum"],
  ])("in a source: %s: %s", (key, known) => {
    const [issue] = issuesOfSpec({ source: { url: "https://example.org/a", [key]: "x" } });
    expect(issue?.path[0]).toBe("source");
    expect(issue?.message).toContain(`"${key}"`);
    expect(issue?.message).toContain(`"${known}"`);
  });

  it.each([
    ["web_download", "webDownload"],
    ["URL", "url"],
    ["volume_id", "volumeId"],
    ["image_id", "imageId"],
    ["files", "file"],
  ])("as the kind of a source: %s: %s", (key, known) => {
    const [issue] = issuesOfSpec({ source: { [key]: "x" } });
    expect(issue?.path[0]).toBe("source");
    expect(issue?.message).toContain(`did you mean "${known}"?`);
  });
});

it("a key that is near to none is named with all that are known", () => {
  const [issue] = issuesOfSpec({ quux: 1 });
  expect(issue?.path).toEqual(["quux"]);
  expect(issue?.message).toMatch(/^unknown key "quux"; known are name, containerFormat, .*, convert$/);
});

it("of several unknown keys each is told once, with its own advice", () => {
  const issues = issuesOfSpec({ min_disk_gb: 1, quux: 1, tag: 1 });
  expect(issues.map(({ path }) => path)).toEqual([["min_disk_gb"], ["quux"], ["tag"]]);
  expect(issues[0]?.message).toBe('unknown key "min_disk_gb": did you mean "minDiskGb"?');
  expect(issues[1]?.message).toMatch(/^unknown key "quux"; known are /);
  expect(issues[2]?.message).toBe('unknown key "tag": did you mean "tags"?');
});

it("a key that holds the separator of messages is told whole", () => {
  const issues = issuesOfSpec({ "a; b": 1, tag: 1 });
  expect(issues.map(({ path }) => path)).toEqual([["a; b"], ["tag"]]);
  expect(issues[0]?.message).toMatch(/^unknown key "a; b"; known are /);
});

it("__proto__ is an unknown key like any other", () => {
  expect(() => ImageSpec.parse(JSON.parse('{"name": "debian", "__proto__": 1}'))).toThrow("__proto__");
});

it("the schema itself tells the same as the error", () => {
  const result = ImageSpec.safeParse({ name: "debian", min_disk_gb: 1 });
  expect(result.error?.issues[0]?.message).toBe('unknown key "min_disk_gb": did you mean "minDiskGb"?');
});
