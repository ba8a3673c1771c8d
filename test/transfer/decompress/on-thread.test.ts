import { expect, it, vi } from "vitest";
import { onThread } from "../../../src/transfer/decompress/on-thread.ts";
import { xz } from "../../../src/transfer/decompress/xz.ts";
import { collect, endless } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";

const program = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

it.each([
  ["has no file", new URL("./no-such-file.js", import.meta.url)],
  ["fails", program("throw new Error('out of memory')")],
  ["ends without a word", program("process.exit(0)")],
])("a thread that %s is an error, and the source is left", async (_what, file) => {
  const left = vi.fn();
  const source = async function* () {
    try {
      yield* endless();
    } finally {
      left();
    }
  };
  const { decompress } = onThread(xz, file);
  expect(await rejectionOf(collect(decompress(source())))).toMatchObject({
    code: "ERR_DECOMPRESS",
    message: "The xz data can't be read: its thread failed",
  });
  await vi.waitFor(() => expect(left).toHaveBeenCalledOnce());
});
