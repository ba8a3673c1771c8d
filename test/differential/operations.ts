/** Sequences of requests that are sent to two image services, one of which is the witness. */
import { setTimeout } from "node:timers/promises";

/** A request of a sequence. `{0}` to `{3}` in it stand for the ids of its images, `{web}` for a web server. */
export interface Operation {
  readonly user: "demo" | "other" | "admin";
  readonly method: string;
  /** Below `/v2`. */
  readonly path: string;
  readonly type?: string | undefined;
  readonly body?: string | undefined;
  /** Whether the body is sent without its length. */
  readonly isChunked?: boolean | undefined;
  readonly range?: string | undefined;
  /** The store that an upload asks for. */
  readonly store?: string | undefined;
}

/** One of the two. */
export interface Side {
  readonly imageUrl: string;
  readonly tokens: Readonly<Record<Operation["user"], string>>;
  readonly projects: Readonly<Record<Operation["user"], string>>;
  /** The web server from which both clouds import. */
  readonly web: string;
}

/** What an operation came to, without what differs from one cloud to the other. */
export interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

const JSON_PATCH = "application/openstack-images-v2.1-json-patch";
const OLD_PATCH = "application/openstack-images-v2.0-json-patch";

export type Random = () => number;

/** Mulberry32: a sequence of numbers from 0 to 1 for a seed. */
export function random(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A sequence, the same for the same seed. */
export function sequence(next: Random, length: number): readonly Operation[] {
  const image = () => `{${Math.floor(next() * 3)}}`;
  const pick = <Value>(...values: readonly [Value, ...Value[]]): Value =>
    values[Math.floor(next() * values.length)] ?? values[0];
  const user = () => pick("demo", "demo", "demo", "demo", "other", "admin");

  const create = (): Operation => {
    const fields: Record<string, unknown> = { id: image(), name: "{run}" };
    if (next() < 0.8)
      Object.assign(fields, { disk_format: pick("raw", "raw", "qcow2", "iso"), container_format: "bare" });
    if (next() < 0.5) fields["visibility"] = pick("shared", "private", "community", "public", "secret");
    for (let count = Math.floor(next() * 3); count > 0; count--) fields[name()] = value();
    return {
      user: user(),
      method: "POST",
      path: "/images",
      type: "application/json",
      body: JSON.stringify(fields),
    };
  };

  const name = (): string =>
    pick(
      "a",
      "b",
      "c",
      "a/b",
      "t~x",
      "name",
      "min_disk",
      "min_ram",
      "protected",
      "os_hidden",
      "tags",
      "visibility",
      "owner",
      "disk_format",
      "container_format",
      "status",
      "checksum",
      "id",
      "self",
      "stores",
      "location",
      "deleted",
      "os_glance_x",
      "os_distro",
      "kernel_id",
      "context",
      "member",
      "delete",
      "image_id",
      "",
      " padded ",
      "size",
      "virtual_size",
    );
  const value = (): unknown =>
    pick<unknown>(
      "x",
      "y",
      "",
      "raw",
      "bare",
      "private",
      "shared",
      "community",
      1,
      0,
      -1,
      2 ** 31,
      true,
      false,
      null,
      ["t1", "t2", "t1"],
      [],
      {},
      "😀",
      "é",
      "n".repeat(256),
      1.5,
      [1],
    );
  const pointer = (): string =>
    pick("", "", "", "", "/", "x") === "/"
      ? pick("a", "//a", "/a/", "/a/b", "/a~2", "/a~", "/tags/-", "/tags/0", "/")
      : `/${name().replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const step = (): unknown => {
    if (next() < 0.04)
      return pick<unknown>(
        1,
        null,
        "x",
        {},
        [],
        { op: "test", path: "/a", value: "x" },
        { op: "add", path: "/a" },
      );
    return { op: pick("add", "add", "replace", "remove"), path: pointer(), value: value() };
  };
  const sane = (): unknown =>
    pick<unknown>(
      { op: "add", path: pick("/a", "/b", "/c"), value: pick("x", "y") },
      { op: "replace", path: "/visibility", value: pick("shared", "private", "community") },
      { op: "replace", path: "/tags", value: ["t1", "t2"] },
      { op: "replace", path: "/min_disk", value: 3 },
      { op: "replace", path: "/protected", value: pick(true, false, false) },
      { op: "remove", path: pick("/a", "/b", "/c") },
    );
  const patch = (): Operation => {
    const steps = Array.from({ length: Math.floor(next() * 3) }, () => (next() < 0.5 ? sane() : step()));
    const old = [{ [pick("add", "replace", "remove")]: pointer(), value: value() }];
    const kind = next();
    const [type, body] =
      kind < 0.8
        ? [JSON_PATCH, JSON.stringify(steps)]
        : kind < 0.87
          ? [OLD_PATCH, JSON.stringify(old)]
          : kind < 0.93
            ? ["application/json", JSON.stringify(steps)]
            : [JSON_PATCH, pick("{}", "null", "{", "1", '"x"')];
    return { user: user(), method: "PATCH", path: `/images/${image()}`, type, body };
  };

  const data = (): string => pick("", "hello", "x".repeat(5000));
  const put = (to: "file" | "stage"): Operation => ({
    user: user(),
    store: to === "file" ? pick(undefined, undefined, "fast", "slow", "x") : undefined,
    method: "PUT",
    path: `/images/${image()}/${to}`,
    type: pick(
      "application/octet-stream",
      "application/octet-stream",
      "application/octet-stream",
      "text/plain",
    ),
    body: data(),
    isChunked: next() < 0.5,
  });
  const plain = (method: string, path: string): Operation => ({ user: user(), method, path });
  const imported = (): Operation => {
    const method = pick<unknown>(
      { name: "glance-direct" },
      { name: "glance-direct" },
      { name: "web-download", uri: "{web}/data" },
      { name: "web-download", uri: "{web}/data" },
      { name: "web-download", uri: "{web}/nothing" },
      { name: "web-download" },
      { name: "copy-image" },
      { name: "copy-image" },
      { name: "x" },
      {},
      "web-download",
    );
    const stores = pick<object>(
      {},
      {},
      { stores: ["slow"] },
      { stores: ["fast", "slow"] },
      { stores: ["fast"] },
      { stores: ["x"] },
      { all_stores: true },
      { all_stores: "x" },
      { all_stores: true, stores: ["slow"] },
      { stores: ["slow"], all_stores_must_succeed: false },
      { all_stores_must_succeed: "x" },
    );
    return {
      user: user(),
      method: "POST",
      path: `/images/${image()}/import`,
      type: "application/json",
      body: pick("", "[]", ...Array<string>(20).fill(JSON.stringify({ method, ...stores }))),
    };
  };
  const member = (method: "POST" | "PUT", body: unknown): Operation => ({
    user: pick("demo", "other"),
    method,
    path: method === "POST" ? `/images/${image()}/members` : `/images/${image()}/members/{other}`,
    type: "application/json",
    body: JSON.stringify(body),
  });
  const list = (): Operation => {
    const terms = [
      pick("", "", `limit=${pick("1", "2", "-1", "x", "0")}`),
      pick("", "", `sort=${pick("name:asc,id:asc", "id:asc", "id", "size:asc,id:desc", "x", "id:up")}`),
      pick("", "", `sort_key=id&sort_dir=${pick("asc", "desc", "x")}`),
      pick("", "", `tag=${pick("t1", "t2")}`, "tag=t1&tag=t2"),
      pick("", "", `visibility=${pick("private", "shared", "all", "x", "community")}`),
      pick("", "", `os_hidden=${pick("true", "false", "x")}`),
      pick("", `protected=${pick("true", "false", "x")}`, ""),
      pick("", "", `status=${pick("active", "queued", "in:active,queued", "x:y")}`),
      pick("", "", `size_min=${pick("1", "x", "5000")}`, `member_status=${pick("all", "pending", "x")}`),
      pick(
        "",
        "",
        "a=x",
        `marker=${image()}`,
        "disk_format=raw",
        'disk_format=in:"raw",iso',
        'disk_format=in:"raw',
      ),
    ].filter((term) => term !== "");
    // Both clouds make images at times of their own, and sort by these unless told otherwise.
    if (!terms.some((term) => term.startsWith("sort"))) terms.push("sort=id");
    return { user: pick("demo", "other"), method: "GET", path: `/images?name={run}&${[...terms].join("&")}` };
  };

  const kinds: readonly (() => Operation)[] = [
    create,
    create,
    patch,
    patch,
    patch,
    patch,
    patch,
    () => put("file"),
    () => put("file"),
    () => put("stage"),
    imported,
    imported,
    () => plain("GET", `/images/${image()}/tasks`),
    () => plain("DELETE", `/stores/${pick("fast", "slow", "x")}/${image()}`),
    () => plain("GET", pick("/info/import", "/info/stores")),
    () => ({
      ...plain("GET", `/images/${image()}/file`),
      range: pick(undefined, "bytes=0-1", "bytes=3-", "bytes=-2", "bytes=9999-", "bytes=x", "bytes=2-1"),
    }),
    () => plain("GET", `/images/${image()}`),
    () => plain("DELETE", `/images/${image()}`),
    () => plain(pick("PUT", "DELETE"), `/images/${image()}/tags/${pick("t1", "t2", "n".repeat(256))}`),
    () => plain("POST", `/images/${image()}/actions/${pick("deactivate", "reactivate")}`),
    () => member("POST", pick<unknown>({ member: "{other}" }, { member: "{other}" }, { member: "" }, {})),
    () => member("PUT", { status: pick("accepted", "rejected", "pending", "x") }),
    () => plain(pick("GET", "DELETE"), `/images/${image()}/members/{other}`),
    () => plain("GET", `/images/${image()}/members`),
    list,
    list,
  ];
  return [
    create(),
    ...Array.from({ length: length - 1 }, () => (kinds[Math.floor(next() * kinds.length)] ?? create)()),
  ];
}

/** Carries out an operation; what is left in its answer is what has to be the same on both sides. */
export async function outcomeOf(
  operation: Operation,
  side: Side,
  ids: readonly string[],
  run: string,
): Promise<Outcome> {
  const concrete = (text: string) =>
    text
      .replaceAll(/\{(\d)\}/g, (_whole, index: string) => ids[Number(index)] ?? "")
      .replaceAll("{run}", run)
      .replaceAll("{web}", side.web)
      .replaceAll("{other}", side.projects.other);
  const { user, method, path, type, body, isChunked, range, store } = operation;
  const response = await fetch(`${side.imageUrl}/v2${concrete(path)}`, {
    method,
    headers: {
      "x-auth-token": side.tokens[user],
      accept: "application/json",
      ...(type === undefined ? {} : { "content-type": type }),
      ...(range === undefined ? {} : { range }),
      ...(store === undefined ? {} : { "x-image-meta-store": store }),
    },
    ...(body === undefined ? {} : bodyOf(concrete(body), isChunked ?? false)),
  });
  const text = await response.text();
  if (path.endsWith("/import") && response.status === 202) await importEnd(concrete(path), side);
  const isData = path.endsWith("/file");
  return { status: response.status, body: response.ok ? (isData ? text : meaning(text, side)) : undefined };
}

/** An import goes on by itself: nothing is asked of the image until it has ended, however it does. */
async function importEnd(path: string, { imageUrl, tokens }: Side): Promise<void> {
  const url = `${imageUrl}/v2${path.replace(/\/import$/, "")}`;
  for (;;) {
    const response = await fetch(url, { headers: { "x-auth-token": tokens.admin } });
    if (!(await response.text()).includes('"os_glance_import_task"')) return;
    await setTimeout(20);
  }
}

function bodyOf(text: string, isChunked: boolean): RequestInit & { readonly duplex?: "half" } {
  return isChunked ? { body: new Blob([text]).stream(), duplex: "half" } : { body: text };
}

const VARYING: readonly string[] = [
  "created_at",
  "updated_at",
  "direct_url",
  "locations",
  "os_glance_stage_host",
  "next",
  "first",
  // Of tasks: when, in which words, and by which request.
  "request_id",
  "message",
  "input",
  "user_id",
  "expires_at",
  "deleted",
  "deleted_at",
];

function meaning(text: string, side: Side): unknown {
  if (text === "") return "";
  const projects = Object.entries(side.projects);
  // The id of a task is another one in each cloud.
  const own = text.includes('"tasks"') ? text.replaceAll(/"id": ?"[^"]*"/g, '"id": ""') : text;
  return JSON.parse(own, (key, value: unknown) => {
    if (VARYING.includes(key)) return key === "next" ? "there is more" : undefined;
    if (key === "tags" && Array.isArray(value)) return [...value].sort();
    return projects.find(([, id]) => id === value)?.[0] ?? value;
  });
}
