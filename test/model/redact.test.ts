import fc from "fast-check";
import { expect, it } from "vitest";
import { redactCredentials, redactUrl, redactUrlIn } from "../../src/model/index.ts";

it.each([
  ["https://user:hunter2@example.org/a", "https://example.org/a"],
  ["https://example.org/a?token=hunter2&b=hunter2", "https://example.org/a?token=…&b=…"],
  ["https://example.org/a?token=hunter2&token=other", "https://example.org/a?token=…"],
  ["https://example.org/a", "https://example.org/a"],
  ["hunter2", "[not a URL]"],
])("%s becomes %s", (url, redacted) => {
  expect(redactUrl(url)).toBe(redacted);
});

it("takes a URL object, and leaves it as it was", () => {
  const url = new URL("https://user:hunter2@example.org/?a=b");
  expect(redactUrl(url)).toBe("https://example.org/?a=…");
  expect(url.password).toBe("hunter2");
});

it("user information and values of the query are never shown", () => {
  const secret = fc.string({ unit: fc.constantFrom(..."abcXYZ019"), minLength: 12 });
  fc.assert(
    fc.property(secret, fc.string({ unit: "grapheme-ascii" }), (text, path) => {
      const url = `https://${text}:${text}@example.org/${encodeURIComponent(path)}?sig=${text}&x`;
      expect(redactUrl(url)).not.toContain(text);
    }),
  );
});

it("a text that tells of a URL doesn't show it either", () => {
  const url = "https://example.org/a?token=hunter2&sig=$1";
  expect(redactUrlIn(`neither ${url} nor ${url.replace("&", "&amp;")}<br />`, url)).toBe(
    "neither https://example.org/a?token=…&sig=… nor https://example.org/a?token=…&sig=…<br />",
  );
  expect(redactUrlIn("nothing", url)).toBe("nothing");
});

it.each([
  ["at s3://key:sec/ret+@store/1.", "at s3://…@store/1."],
  ["'swift+https://a:b@c/d' and <b>RBD://x@y</b>", "'swift+https://…@c/d' and <b>RBD://…@y</b>"],
  ["s3://key:secret@store", "s3://…@store"],
  ["x://key@store", "x://…@store"],
  ["https://example.org/a?b=c, or mail to a@b.c", "https://example.org/a?b=c, or mail to a@b.c"],
  ["nothing", "nothing"],
])("of %s no credentials are shown", (text, shown) => {
  expect(redactCredentials(text)).toBe(shown);
});

it("any text is redacted", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((rest) => `https://${rest}`),
      ),
      (text) => {
        expect(typeof redactUrl(text)).toBe("string");
      },
    ),
  );
});
