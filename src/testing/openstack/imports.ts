import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import { ownImage, visibleImage } from "./access.ts";
import { withData } from "./data.ts";
import { type Call, type Cloud, type StoredImage, type StoredTask, save } from "./state.ts";
import { time } from "./view.ts";

const LOCK = "os_glance_import_task";
const IMPORTING = "os_glance_importing_to_stores";
const FAILED = "os_glance_failed_import";

/** `POST /v2/images/{id}/import`. */
export async function startImport(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud, user } = call;
  const body = await jsonOf(request);
  const method = isObject(body) ? body["method"] : undefined;
  // Glance stumbles over what is no object.
  if (!isObject(body) || (method !== undefined && !isObject(method))) throw new Refusal(500);
  if (method === undefined) throw new Refusal(400, "Import request requires a 'method' field.");
  const { name, uri } = method;
  if (typeof name !== "string") throw new Refusal(400, "Import request requires a 'name' field.");
  if (!cloud.settings.importMethods.includes(name))
    throw new Refusal(400, `Unknown import method name '${name}'.`);
  for (const flag of ["all_stores", "all_stores_must_succeed"])
    if (typeof (body[flag] ?? true) !== "boolean")
      throw new Refusal(400, `'${flag}' must be boolean value only`);

  const image = visibleImage(call, id);
  checkStatus(image, name);
  ownImage(call, id);
  if (image.properties.has(LOCK)) throw new Refusal(409, "Image has active task");
  const stores = storesOf(cloud, body, image, name);
  if (name === "web-download" && typeof uri !== "string")
    throw new Refusal(400, `URI for web-download does not pass filtering: ${String(uri)}`);
  const now = cloud.nowMs();
  const task: StoredTask = {
    id: cloud.newId(),
    imageId: id,
    owner: user.projectId,
    requestId: `req-${cloud.newId()}`,
    method: name,
    stores,
    data:
      name === "copy-image"
        ? image.data
        : name === "glance-direct"
          ? image.staged
          : cloud.web.get(String(uri)),
    startedAtMs: now,
    updatedAtMs: now,
    status: "pending",
    message: "",
  };
  cloud.tasks.set(task.id, task);
  save(cloud, { ...image, properties: new Map(image.properties).set(LOCK, task.id) });
  return { status: 202, headers: { "content-type": "text/html; charset=UTF-8" } };
}

function checkStatus({ status, disk_format, container_format }: StoredImage, method: string): void {
  if (status === "active" && method !== "copy-image")
    throw new Refusal(409, "Image with status active cannot be target for import");
  const needed = method === "copy-image" ? "active" : method === "glance-direct" ? "uploading" : "queued";
  if (status !== needed)
    throw new Refusal(409, `Image needs to be in '${needed}' state to use '${method}' method`);
  if (container_format === null) throw new Refusal(409, "'container_format' needs to be set before import");
  if (disk_format === null) throw new Refusal(409, "'disk_format' needs to be set before import");
}

function storesOf(
  { settings }: Cloud,
  body: Readonly<Record<string, unknown>>,
  image: StoredImage,
  method: string,
): readonly string[] {
  const [first = "file"] = settings.stores;
  if (settings.stores.length === 0) {
    if (body["all_stores_must_succeed"] === false)
      throw new Refusal(400, "All_stores_must_succeed can only be set with enabled_backends");
    return [first];
  }
  if (body["all_stores"] === true && body["stores"] !== undefined)
    throw new Refusal(
      400,
      "All_stores parameter can't be used with x-image-meta-store header or stores parameter",
    );
  if (body["all_stores"] === true)
    return settings.stores.filter((store) => method !== "copy-image" || !image.stores.includes(store));
  const stores = Array.isArray(body["stores"]) ? body["stores"].map(String) : [first];
  const unknown = stores.find((store) => !settings.stores.includes(store));
  if (unknown !== undefined) throw new Refusal(409, `Unknown scheme '${unknown}' found in URI`);
  const present = method === "copy-image" ? stores.find((store) => image.stores.includes(store)) : undefined;
  if (present !== undefined) throw new Refusal(400, `Image is already present at store '${present}'`);
  return stores;
}

/** Brings imports as far as they are by now: `importing` after one step, the outcome after two, unlocked after three. */
export function settleImports(cloud: Cloud): void {
  const { importStepMs } = cloud.settings;
  for (const task of cloud.tasks.values()) {
    const elapsedMs = cloud.nowMs() - task.startedAtMs;
    for (const [index, step] of STEPS.entries())
      if (elapsedMs >= importStepMs * (index + 1)) step(cloud, task.id);
  }
}

const STEPS: readonly ((cloud: Cloud, taskId: string) => void)[] = [begin, finish, unlock];

function begin(cloud: Cloud, taskId: string): void {
  const [task, image] = locked(cloud, taskId);
  if (task?.status !== "pending" || image === undefined) return;
  advance(cloud, task, { status: "processing" });
  const properties = new Map(image.properties)
    .set(IMPORTING, cloud.settings.stores.length === 0 ? "" : task.stores.join(","))
    .set(FAILED, storeList(failedStores(image).filter((store) => !task.stores.includes(store))));
  save(cloud, { ...image, properties, ...(task.method === "copy-image" ? {} : { status: "importing" }) });
}

function finish(cloud: Cloud, taskId: string): void {
  const [task, image] = locked(cloud, taskId);
  if (task?.status !== "processing" || image === undefined) return;
  const properties = new Map(image.properties).set(IMPORTING, "");
  if (task.data === undefined) {
    const failed = cloud.settings.stores.length === 0 ? [] : task.stores;
    properties.set(FAILED, storeList([...failedStores(image), ...failed]));
    properties.delete(LOCK);
    save(cloud, { ...image, status: "queued", properties, staged: undefined, size: null });
    advance(cloud, task, { status: "failure", message: "Task failed: the address has nothing" });
    return;
  }
  const copied = `Copied ${Math.floor(task.data.length / 1024 ** 2)} MiB`;
  advance(cloud, task, { status: "success", message: copied });
  if (task.method === "copy-image")
    save(cloud, { ...image, properties, stores: [...image.stores, ...task.stores] });
  else save(cloud, { ...withData(cloud, image, task.data, task.stores), properties });
}

/** What failed in earlier imports is remembered, until a store is filled after all. */
function failedStores({ properties }: StoredImage): readonly string[] {
  return String(properties.get(FAILED) ?? "").split(",");
}

function storeList(stores: readonly string[]): string {
  return [...new Set(stores)]
    .filter((store) => store !== "")
    .sort()
    .join(",");
}

function unlock(cloud: Cloud, taskId: string): void {
  const [task, image] = locked(cloud, taskId);
  if (task?.status !== "success" || image === undefined) return;
  const properties = new Map(image.properties);
  properties.delete(LOCK);
  save(cloud, { ...image, properties });
}

/** A task and the image that it holds. */
function locked(cloud: Cloud, taskId: string): readonly [StoredTask | undefined, StoredImage | undefined] {
  const task = cloud.tasks.get(taskId);
  const image = task === undefined ? undefined : cloud.images.get(task.imageId);
  return image?.properties.get(LOCK) === taskId && image.status !== "deleted"
    ? [task, image]
    : [task, undefined];
}

function advance(cloud: Cloud, task: StoredTask, changes: Partial<StoredTask>): void {
  cloud.tasks.set(task.id, { ...task, ...changes, updatedAtMs: cloud.nowMs() });
}

/** `GET /v2/images/{id}/tasks`: one's own. */
export function imageTasks(call: Call, id: string): FakeResponse {
  visibleImage(call, id);
  const tasks = [...call.cloud.tasks.values()].filter(
    ({ imageId, owner }) => imageId === id && (owner === call.user.projectId || call.user.role === "admin"),
  );
  return json(200, {
    tasks: tasks.map((task) => ({
      id: task.id,
      type: "api_image_import",
      status: task.status,
      owner: task.owner,
      image_id: id,
      request_id: task.requestId,
      message: task.message,
      result: task.status === "success" ? { image_id: id } : null,
      created_at: time(task.startedAtMs),
      updated_at: time(task.updatedAtMs),
    })),
  });
}
