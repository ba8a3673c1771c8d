import { describe, expect, it, test } from "vitest";
import type { Image, ImageQuery } from "../../../src/model/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { glance, ID, IMAGES, TOKEN, wireImage } from "../../support/glance.ts";
import { type Call, mockNetwork, type Reply } from "../../support/network.ts";

const LIST = `GET ${IMAGES}`;
const EMPTY: Reply = { json: { images: [], first: "/v2/images", schema: "/v2/schemas/images" } };

it("asks for images that are not hidden, then for those that are", async () => {
  const { calls, images } = await list({}, [
    { json: { images: [wireImage({ id: "a" })] } },
    { json: { images: [wireImage({ id: "b", os_hidden: true })] } },
  ]);
  expect(images.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(calls.map(pairs)).toEqual([["limit=1000"], ["os_hidden=true", "limit=1000"]]);
  for (const call of calls) {
    expect(call.headers).toEqual({ accept: "application/json", "x-auth-token": TOKEN });
    expect(call.body).toBeUndefined();
  }
});

test.each([true, false])("asks once when the query says hidden: %s", async (hidden) => {
  const { calls } = await list({ hidden }, [EMPTY]);
  expect(calls.map(pairs)).toEqual([[...(hidden ? ["os_hidden=true"] : []), "limit=1000"]]);
});

describe("a name", () => {
  test.each([
    "debian-13",
    "debian:13",
    "a,b",
    'say "hi"',
    "100%",
    "two words",
    "eq:x",
    "a&b=c#d?e+f",
    "schön/日本",
    "",
  ])("is asked for by eq:, and arrives as it is: %s", async (name) => {
    const { calls, images } = await list({ name, hidden: false }, [
      { json: { images: [wireImage({ name })] } },
    ]);
    expect(calls[0]?.query.getAll("name")).toEqual([`eq:${name}`]);
    expect(images).toHaveLength(1);
  });

  it("that the cloud matched otherwise is left out", async () => {
    const { images } = await list({ name: "a", hidden: false }, [
      { json: { images: [wireImage({ name: "A" })] } },
    ]);
    expect(images).toEqual([]);
  });
});

describe("a list of names", () => {
  const asked = async (names: readonly string[]) => {
    const network = mockNetwork();
    network.expect(LIST, ...names.map((): Reply => EMPTY));
    await toArray(glance().list({ name: names, hidden: false })).catch(() => undefined);
    return network.calls.map(({ query }) => query.get("name"));
  };

  it("is asked for at once, whatever the names hold", async () => {
    const network = mockNetwork();
    network.expect(LIST, { json: { images: [wireImage({ id: "1", name: "a,b" }), wireImage({ id: "2" })] } });
    const images = await toArray(glance().list({ name: ["a,b", "c:d", "50%", "é f"], hidden: false }));
    expect(network.calls[0]?.query.getAll("name")).toEqual(['in:"a,b","c:d","50%","é f"']);
    expect(images.map(({ id }) => id)).toEqual(["1"]);
  });

  it("is asked for apart where a list can't hold a name", async () => {
    const network = mockNetwork();
    network.expect(LIST, EMPTY, EMPTY, EMPTY, EMPTY);
    await toArray(glance().list({ name: ["a", 'say "b"', "c\\", "", "d"], hidden: false }));
    expect(network.calls.map(({ query }) => query.get("name"))).toEqual([
      'in:"a","d"',
      'eq:say "b"',
      "eq:c\\",
      "eq:",
    ]);
  });

  it("of one is that name", async () => {
    expect(await asked(["a:b"])).toEqual(["eq:a:b"]);
  });

  it("of none finds nothing, and asks nobody", async () => {
    expect(await asked([])).toEqual([]);
  });

  it("that is long is asked for in parts that fit in a URL, and what comes twice is yielded once", async () => {
    const network = mockNetwork();
    const names = Array.from({ length: 100 }, (_, index) => `ü${"x".repeat(50)} ${index}`);
    const page: Reply = { json: { images: [wireImage({ name: names[0] })] } };
    network.expect(LIST, page, page, page);
    const images = await toArray(glance().list({ name: [...names, ...names], hidden: false }));
    expect(images).toHaveLength(1);
    for (const { query } of network.calls) expect(query.toString().length).toBeLessThan(4_000);
    const asked = network.calls.flatMap(({ query }) => query.get("name")?.slice(3).split(",") ?? []);
    expect(asked.map((name) => name.slice(1, -1))).toEqual(names);
  });
});

it("lists of ids and statuses are asked for, too", async () => {
  const { calls, images } = await list({ id: ["A", "b"], status: ["active", "queued"], hidden: false }, [
    { json: { images: [wireImage({ id: "a" }), wireImage({ id: "b", status: "killed" })] } },
  ]);
  expect(calls.map(pairs)).toEqual([['id=in:"a","b"', 'status=in:"active","queued"', "limit=1000"]]);
  expect(images.map(({ id }) => id)).toEqual(["a"]);
});

it("images that others share are asked for by what was answered", async () => {
  const { calls, images } = await list({ memberStatus: "pending", hidden: false }, [
    { json: { images: [wireImage({ id: "a", visibility: "shared" }), wireImage({ id: "b" })] } },
  ]);
  expect(calls.map(pairs)).toEqual([["member_status=pending", "visibility=shared", "limit=1000"]]);
  expect(images.map(({ id }) => id)).toEqual(["a"]);
});

it("sends every filter that Glance knows, ids in lower case", async () => {
  const { calls } = await list(
    {
      id: ID.toUpperCase(),
      owner: "p1",
      visibility: "shared",
      status: "active",
      tags: ["golden", "x y"],
      properties: { os_distro: "debian", "a:b": "c&d" },
      sort: "createdAt:desc",
      hidden: false,
    },
    [EMPTY],
  );
  expect(calls.map(pairs)).toEqual([
    [
      `id=${ID}`,
      "owner=p1",
      "visibility=shared",
      "status=active",
      "tag=golden",
      "tag=x y",
      "os_distro=debian",
      "a:b=c&d",
      "sort=created_at:desc",
      "limit=1000",
    ],
  ]);
});

test.each([
  ["name", "name:asc"],
  ["containerFormat:asc", "container_format:asc"],
  ["diskFormat:desc", "disk_format:desc"],
  ["sizeBytes:desc", "size:desc"],
  ["updatedAt", "updated_at:asc"],
] as const)("sorts by %s as %s", async (sort, wire) => {
  const { calls } = await list({ sort, hidden: false }, [EMPTY]);
  expect(calls[0]?.query.getAll("sort")).toEqual([wire]);
});

test.each([
  "limit",
  "marker",
  "sort",
  "sort_key",
  "sort_dir",
  "member_status",
  "tag",
  "size_min",
  "size_max",
])("a property called %s is compared here: Glance would take it for something else", async (name) => {
  const query: ImageQuery = { properties: { [name]: "v" }, hidden: false };
  const { calls, images } = await list(query, [
    { json: { images: [wireImage({ id: "with", [name]: "v" }), wireImage({ id: "without" })] } },
  ]);
  expect(calls[0]?.query.getAll(name)).not.toContain("v");
  expect(images.map(({ id }) => id)).toEqual(["with"]);
});

describe("pages", () => {
  it("go on by the last id with the whole query, not by the answer's next", async () => {
    const next = "https://elsewhere.example/v2/images?marker=wrong&tag=b";
    const { calls, images } = await list({ tags: ["a", "b"], hidden: false }, [
      {
        json: {
          images: [wireImage({ id: "1", tags: ["a", "b"] }), wireImage({ id: "2", tags: ["a", "b"] })],
          next,
        },
      },
      { json: { images: [wireImage({ id: "3", tags: ["b", "a"] })], next } },
      EMPTY,
    ]);
    expect(images.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    const first = ["tag=a", "tag=b", "limit=1000"];
    expect(calls.map(pairs)).toEqual([first, [...first, "marker=2"], [...first, "marker=3"]]);
  });

  it("are asked for only when they are wanted", async () => {
    const network = mockNetwork();
    network.expect(LIST, { json: { images: [wireImage({ id: "1" })], next: "/v2/images?marker=1" } });
    for await (const image of glance().list({})) {
      expect(image.id).toBe("1");
      break;
    }
  });

  it("end where the answer has no next, though it is full", async () => {
    const { images } = await list({ hidden: false }, [
      { json: { images: Array.from({ length: 1000 }, (_, index) => wireImage({ id: String(index) })) } },
    ]);
    expect(images).toHaveLength(1000);
  });

  it("are as long as the option says", async () => {
    const network = mockNetwork();
    network.expect(LIST, EMPTY);
    await toArray(glance({ pageSize: 10 }).list({ hidden: false }));
    expect(network.calls.map(pairs)).toEqual([["limit=10"]]);
  });

  const page = (...ids: readonly string[]): Reply => ({
    json: { images: ids.map((id) => wireImage({ id })), next: "/v2/images" },
  });
  const invalidMarker: Reply = {
    status: 400,
    json: { message: "Invalid marker. Image could not be found." },
  };

  it("begin anew when the image at the end of one is gone, and yield each image once", async () => {
    const { calls, images } = await list({ hidden: false }, [
      page("1", "2"),
      invalidMarker,
      page("1", "3"),
      invalidMarker,
      page("1", "4"),
      EMPTY,
    ]);
    expect(images.map(({ id }) => id)).toEqual(["1", "2", "3", "4"]);
    expect(calls.map(({ query }) => query.get("marker"))).toEqual([null, "2", null, "3", null, "4"]);
  });

  it("don't begin anew for ever", async () => {
    const network = mockNetwork();
    const replies = Array.from({ length: 6 }, () => [page("1"), invalidMarker]).flat();
    network.expect(LIST, ...replies);
    expect(await rejectionOf(toArray(glance().list({ hidden: false })))).toMatchObject({ status: 400 });
  });

  it("that are refused at the very beginning are not asked for again", async () => {
    mockNetwork().expect(LIST, { status: 400, json: { message: "unknown operator" } });
    expect(await rejectionOf(toArray(glance().list({ hidden: false })))).toMatchObject({ status: 400 });
  });

  it("that repeat for ever are an error, not a hang", async () => {
    const network = mockNetwork();
    const page = { json: { images: [wireImage({ id: "1" })], next: "/v2/images" } };
    network.expect(LIST, page, page);
    expect(await rejectionOf(toArray(glance().list({ hidden: false })))).toMatchObject({
      code: "ERR_RESPONSE_INVALID",
    });
  });
});

async function list(
  query: ImageQuery,
  replies: readonly Reply[],
): Promise<{ calls: readonly Call[]; images: Image[] }> {
  const network = mockNetwork();
  network.expect(LIST, ...replies);
  return { images: await toArray(glance().list(query)), calls: network.calls };
}

async function toArray(images: AsyncIterable<Image>): Promise<Image[]> {
  const array: Image[] = [];
  for await (const image of images) array.push(image);
  return array;
}

function pairs({ query }: Call): string[] {
  return [...query].map(([name, value]) => `${name}=${value}`);
}
