/**
 * node observe.mjs import|require ENTRY: loads an entry and prints, as JSON, what that did to the process. Entries are
 * looked up from the folder of this file.
 */
import { createRequire, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const [way, entry] = process.argv.slice(2);
const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) loaded.push(fileURLToPath(url));
    return next(url, context);
  },
});
const require = createRequire(import.meta.url);

// By itself Node opens the standard streams, and sets up fetch, when these of its modules are first imported.
await Promise.all(["node:http", "node:process", "node:util"].map((builtin) => import(builtin)));

const before = surroundings();
const exported = way === "require" ? require(entry) : await import(entry);
const after = surroundings();

process.stdout.write(
  JSON.stringify({
    names: Object.keys(exported).sort(),
    loaded: [...loaded, ...Object.keys(require.cache)],
    before,
    after,
  }),
);

function surroundings() {
  return {
    globals: Reflect.ownKeys(globalThis).map(String).sort(),
    listeners: process
      .eventNames()
      .map((name) => `${String(name)}: ${process.listenerCount(name)}`)
      .sort(),
    environment: { ...process.env },
    workingDirectory: process.cwd(),
    umask: process.umask(),
    resources: process.getActiveResourcesInfo(),
  };
}
