import { directory } from "../../src/backends/directory/index.ts";
import { ImagewrightError } from "../../src/model/index.ts";

/** A process of its own that uses a folder of images; what it finds, it prints as JSON. */
const [task = "", path = "", id = "", detail = ""] = process.argv.slice(2);
const backend = directory(path);

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  async "add-properties"() {
    for (let count = 0; count < 50; count++) {
      await backend.update(id, [{ kind: "property", op: "add", name: `${detail}-${count}`, to: "yes" }]);
    }
  },

  async "upload-and-stall"() {
    const chunks = (async function* () {
      yield new Uint8Array(100_000);
      print("stalled");
      await new Promise(() => setInterval(() => {}, 60_000));
    })();
    await backend.upload?.(id, { sizeBytes: undefined, chunks });
  },

  async create() {
    return await backend.create?.({ id, name: "debian-13" });
  },

  async "create-unprivileged"() {
    await import("proper-lockfile");
    if (process.geteuid?.() === 0) process.seteuid?.(65_534);
    return await backend.create?.({ id, name: "debian-13" });
  },

  async "count-listeners"() {
    const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const atFirst = count();
    for await (const _image of backend.list({})) break;
    await backend.get(id);
    const afterReading = count() - atFirst;
    await backend.create?.({ id, name: "debian-13" });
    return { afterReading, afterWriting: count() - atFirst };
  },
};

try {
  print(await tasks[task]?.());
} catch (error) {
  if (!ImagewrightError.is(error)) throw error;
  print({ error: { code: error.code, message: error.message } });
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
}
