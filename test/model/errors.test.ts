import { describe, expect, it } from "vitest";
import {
  type AnyImagewrightError,
  ApplyError,
  AuthError,
  FormatError,
  HttpError,
  httpErrorCode,
  ImageStateError,
  ImagewrightError,
  isRetryableStatus,
  NetworkError,
  PlanError,
  ResponseError,
  SpecError,
  TransferError,
  UnsupportedError,
} from "../../src/model/index.ts";

const cause = new Error("underneath");

/** One of each class, with every fact, and what it is expected to hold. */
const ERRORS: readonly (readonly [name: string, make: () => AnyImagewrightError, facts: object])[] = [
  [
    "SpecError",
    () => new SpecError([{ path: ["tags", 0], message: "is wrong" }], { cause }),
    { code: "ERR_SPEC_INVALID", issues: [{ path: ["tags", 0], message: "is wrong" }] },
  ],
  [
    "AuthError",
    () =>
      new AuthError("no", {
        code: "ERR_ENDPOINT_NOT_FOUND",
        authUrl: "https://k/v3",
        available: ["a"],
        cause,
      }),
    { code: "ERR_ENDPOINT_NOT_FOUND", authUrl: "https://k/v3", available: ["a"] },
  ],
  [
    "HttpError",
    () =>
      new HttpError("no", {
        code: "ERR_HTTP_QUOTA",
        status: 413,
        method: "PUT",
        url: "https://g/v2",
        requestId: "req-1",
        retryAfterMs: 5,
        cause,
      }),
    {
      code: "ERR_HTTP_QUOTA",
      status: 413,
      method: "PUT",
      url: "https://g/v2",
      requestId: "req-1",
      retryAfterMs: 5,
    },
  ],
  [
    "NetworkError",
    () => new NetworkError("no", { code: "ERR_TIMEOUT", phase: "upload", cause }),
    { code: "ERR_TIMEOUT", phase: "upload" },
  ],
  [
    "ResponseError",
    () => new ResponseError("no", { issues: [{ path: [], message: "no JSON" }], requestId: "req-1", cause }),
    { code: "ERR_RESPONSE_INVALID", issues: [{ path: [], message: "no JSON" }], requestId: "req-1" },
  ],
  [
    "TransferError",
    () => new TransferError("no", { code: "ERR_SIZE_MISMATCH", expected: 2, actual: 1, offset: 1, cause }),
    { code: "ERR_SIZE_MISMATCH", expected: 2, actual: 1, offset: 1 },
  ],
  [
    "FormatError",
    () => new FormatError("no", { code: "ERR_FORMAT_UNSAFE", detected: "qcow2", declared: "raw", cause }),
    { code: "ERR_FORMAT_UNSAFE", detected: "qcow2", declared: "raw" },
  ],
  [
    "ImageStateError",
    () =>
      new ImageStateError("no", {
        code: "ERR_IMAGE_AMBIGUOUS",
        imageId: "i",
        status: "queued",
        matches: [{ id: "i", name: "n" }],
        cause,
      }),
    { code: "ERR_IMAGE_AMBIGUOUS", imageId: "i", status: "queued", matches: [{ id: "i", name: "n" }] },
  ],
  [
    "UnsupportedError",
    () =>
      new UnsupportedError({ backend: "memory", capability: "convert", alternative: "do it before", cause }),
    { code: "ERR_UNSUPPORTED", backend: "memory", capability: "convert", alternative: "do it before" },
  ],
  [
    "PlanError",
    () => new PlanError("no", { planned: "a", observed: "b", cause }),
    { code: "ERR_PLAN_STALE", planned: "a", observed: "b" },
  ],
  [
    "ApplyError",
    () =>
      new ApplyError({
        completed: ["done"],
        failed: [{ index: 1, name: "b", error: cause }],
        skipped: [{ index: 2, name: "c" }],
        cause,
      }),
    {
      code: "ERR_APPLY_FAILED",
      completed: ["done"],
      failed: [{ index: 1, name: "b", error: cause }],
      skipped: [{ index: 2, name: "c" }],
    },
  ],
];

describe.each(ERRORS)("%s", (name, make, facts) => {
  it("has its name, its code and its facts in fields", () => {
    const error = make();
    expect(error).toMatchObject(facts);
    expect(error.name).toBe(name);
    expect(error.stack).toContain(error.message.split("\n")[0]);
  });
  it("is an Error with its cause", () => {
    const error = make();
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ImagewrightError);
    expect(error.cause).toBe(cause);
  });
  it("is known as one of this library", () => {
    expect(ImagewrightError.is(make())).toBe(true);
  });
  it("says whether to try again", () => {
    expect(make().retryable).toBe(name === "NetworkError");
  });
});

it("an error without a cause has no key for one", () => {
  expect("cause" in new PlanError("no")).toBe(false);
});

it("lists are there when nothing is known", () => {
  expect(new AuthError("no", { code: "ERR_AUTH_FAILED" }).available).toEqual([]);
  expect(new ImageStateError("no", { code: "ERR_IMAGE_FAILED" }).matches).toEqual([]);
  expect(new ResponseError("no").issues).toEqual([]);
});

it("whether to try again can be told", () => {
  expect(new PlanError("no", { retryable: true }).retryable).toBe(true);
  expect(new NetworkError("no", { code: "ERR_NETWORK", phase: "request", retryable: false }).retryable).toBe(
    false,
  );
});

describe("messages", () => {
  it("of a spec name the path of every issue", () => {
    const issues = [
      { path: ["source", "checksum"], message: "is wrong" },
      { path: [], message: "is no object" },
    ];
    expect(new SpecError(issues).message).toBe(
      "The image spec is invalid: source.checksum: is wrong; is no object",
    );
    expect(new SpecError(issues, { subject: "The query" }).message).toMatch(/^The query is invalid: /);
  });
  it("of what is not supported name the backend, the field and the way out", () => {
    expect(new UnsupportedError({ backend: "memory", capability: "convert" }).message).toBe(
      "The memory backend does not support convert",
    );
    expect(
      new UnsupportedError({ backend: "memory", capability: "convert", alternative: "do it before" }).message,
    ).toBe("The memory backend does not support convert: do it before");
  });
  it("of several count and name those that failed", () => {
    const failed = [
      { index: 0, name: "a", error: new Error("no disk") },
      { index: 2, name: "c", error: "thrown text" },
    ];
    expect(new ApplyError({ completed: [1], failed, skipped: [] }).message).toBe(
      "2 of 3 images failed: a: no disk; c: thrown text",
    );
  });
});

describe("ImagewrightError.is", () => {
  it.each([
    [undefined],
    [null],
    ["ERR_SPEC_INVALID"],
    [{ code: "ERR_SPEC_INVALID" }],
    [new Error("ERR_SPEC_INVALID")],
    [Object.assign(new Error("no"), { code: "ERR_SPEC_INVALID", name: "SpecError" })],
    [new DOMException("aborted", "AbortError")],
  ])("is false for %o", (value) => {
    expect(ImagewrightError.is(value)).toBe(false);
  });

  it("tells the type, for a switch by code", () => {
    const codeOf = (error: unknown): number | undefined =>
      ImagewrightError.is(error) && error.code === "ERR_HTTP_QUOTA" ? error.status : undefined;
    expect(codeOf(new HttpError("no", { code: "ERR_HTTP_QUOTA", status: 413 }))).toBe(413);
    expect(codeOf(new Error("no"))).toBeUndefined();
  });

  it("leaves no trace in what is printed", () => {
    expect(Object.keys(new PlanError("no"))).not.toContain("brand");
    expect(Object.getOwnPropertySymbols(new PlanError("no")).map(String)).toEqual([
      "Symbol(imagewright.error)",
    ]);
    expect(JSON.stringify(new PlanError("no"))).not.toContain("imagewright");
  });
});

it.each([
  [400, "ERR_HTTP_STATUS", false],
  [401, "ERR_HTTP_STATUS", false],
  [403, "ERR_HTTP_FORBIDDEN", false],
  [404, "ERR_HTTP_NOT_FOUND", false],
  [408, "ERR_HTTP_STATUS", true],
  [409, "ERR_HTTP_CONFLICT", false],
  [410, "ERR_HTTP_NOT_FOUND", false],
  [413, "ERR_HTTP_QUOTA", false],
  [415, "ERR_HTTP_STATUS", false],
  [429, "ERR_HTTP_RATE_LIMITED", true],
  [500, "ERR_HTTP_STATUS", false],
  [502, "ERR_HTTP_UNAVAILABLE", true],
  [503, "ERR_HTTP_UNAVAILABLE", true],
  [504, "ERR_HTTP_UNAVAILABLE", true],
])("status %i is %s, retryable: %s", (status, code, retryable) => {
  expect(httpErrorCode(status)).toBe(code);
  expect(isRetryableStatus(status)).toBe(retryable);
});
