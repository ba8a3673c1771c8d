/** Downloads the URL that it is sent through the cache that it is sent, and tells the md5: made to be killed. */
import { openTransfer, type UrlSource } from "../../../src/transfer/index.ts";

process.once("message", async (source: UrlSource) => {
  const tell = (told: string): void => void process.send?.(told, () => process.disconnect());
  try {
    const transfer = await openTransfer(source, { algorithms: ["md5"] });
    try {
      for await (const _chunk of transfer.chunks);
    } finally {
      await transfer.close();
    }
    tell(transfer.passed()?.digests["md5"] ?? "nothing");
  } catch (error) {
    tell(String(error));
  }
});
process.send?.("ready");
