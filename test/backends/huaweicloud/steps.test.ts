/** The steps of an update, and what a job says: functions of what was read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobState } from "../../../src/backends/huaweicloud/job-state.ts";
import { patchSteps } from "../../../src/backends/huaweicloud/patch-steps.ts";
import { type TagStep, tagSteps } from "../../../src/backends/huaweicloud/tag-steps.ts";
import { MAX_TAGS, type Tags } from "../../../src/backends/huaweicloud/tags.ts";

const tags = fc
  .uniqueArray(fc.tuple(fc.constantFrom(..."abcdefghijklmnopqrst"), fc.constantFrom("1", "2", "")), {
    maxLength: MAX_TAGS,
    selector: ([key]) => key,
  })
  .map((pairs): Tags => new Map(pairs));

function after(before: Tags, { action, tags: changed }: TagStep): Map<string, string> {
  const next = new Map(before);
  for (const [key, value] of changed) {
    if (action === "create") next.set(key, value);
    else next.delete(key);
  }
  return next;
}

describe("the steps of tags", () => {
  it("lead from any tags to any others, never beyond ten, and never without a tag that stays", () => {
    fc.assert(
      fc.property(tags, tags, (actual, wanted) => {
        const staying = [...actual.keys()].filter((key) => wanted.has(key));
        let now: Tags = actual;
        for (const step of tagSteps(actual, wanted)) {
          now = after(now, step);
          expect(now.size).toBeLessThanOrEqual(MAX_TAGS);
          for (const key of staying) expect(now.has(key)).toBe(true);
        }
        expect(new Map([...now].sort())).toEqual(new Map([...wanted].sort()));
      }),
    );
  });

  it("set first and delete then, where there is room; and are none where nothing differs", () => {
    fc.assert(
      fc.property(tags, tags, (actual, wanted) => {
        const actions = tagSteps(actual, wanted).map(({ action }) => action);
        const hasRoom = new Set([...actual.keys(), ...wanted.keys()]).size <= MAX_TAGS;
        if (hasRoom) expect(actions).toEqual([...actions].sort());
        expect(tagSteps(wanted, wanted)).toEqual([]);
      }),
    );
  });
});

describe("the steps of a PATCH", () => {
  const image = { id: "i", status: "active", name: "a", min_ram: 512, __description: "text", max_ram: null };

  it.each([
    [
      "replace what is there",
      { name: "__description", value: "new" },
      [{ op: "replace", path: "/__description", value: "new" }],
    ],
    ["add what isn't", { name: "max_ram", value: 1024 }, [{ op: "add", path: "/max_ram", value: 1024 }]],
    [
      "remove what shall not be",
      { name: "__description", value: undefined },
      [{ op: "remove", path: "/__description" }],
    ],
    ["leave what is as it should be", { name: "min_ram", value: 512 }, []],
    ["remove nothing twice", { name: "max_ram", value: undefined }, []],
    ["add no empty text", { name: "other", value: "" }, []],
  ])("%s", (_what, field, steps) => expect(patchSteps(image, [field])).toEqual(steps));

  it("know a number that comes as a text", () => {
    expect(patchSteps({ ...image, max_ram: "1024" }, [{ name: "max_ram", value: 1024 }])).toEqual([]);
  });

  it.each([
    [{ min_ram: 512, max_ram: "1024" }, { min: 2048, max: 4096 }, ["/max_ram", "/min_ram"]],
    [{ min_ram: 2048, max_ram: "4096" }, { min: 512, max: 1024 }, ["/min_ram", "/max_ram"]],
  ])("never want more memory at least than at most: %j to %j", (memory, { min, max }, paths) => {
    const fields = [
      { name: "min_ram", value: min },
      { name: "max_ram", value: max },
    ];
    expect(patchSteps({ ...image, ...memory }, fields).map(({ path }) => path)).toEqual(paths);
  });
});

describe("a job", () => {
  const part = { status: "SUCCESS", entities: { image_id: "part" } };

  it.each([
    [{ status: "INIT" }, { status: "running", imageId: undefined }],
    [
      { status: "RUNNING", entities: { image_id: "i" } },
      { status: "running", imageId: "i" },
    ],
    [
      { status: "SUCCESS", entities: { image_id: " i" } },
      { status: "done", imageId: "i" },
    ],
    [
      { status: "SUCCESS", entities: { sub_jobs_result: [part] } },
      { status: "done", imageId: "part" },
    ],
    [
      { status: "FAIL", error_code: "IMG.0057", fail_reason: "It is empty.", entities: {} },
      { status: "failed", imageId: undefined, reason: "It is empty. (IMG.0057)" },
    ],
    [
      { status: "FAIL", error_code: null, fail_reason: null, entities: null },
      { status: "failed", imageId: undefined, reason: "the cloud gives no reason" },
    ],
    [
      { status: "FAIL", entities: { sub_jobs_result: [part, { status: "FAIL", fail_reason: "A part." }] } },
      { status: "failed", imageId: "part", reason: "A part." },
    ],
    [
      { status: "SUCCESS", entities: { results: [{ image_id: "i", project_id: "p", status: "FAIL" }] } },
      { status: "failed", imageId: undefined, reason: "it was not done for project p" },
    ],
  ])("%j is %j", (job, state) => expect(jobState(job)).toEqual(state));
});
