import type { ImportRequest } from "../backend.ts";

/** The body of `POST /v2/images/{id}/import`. */
export function importBody(request: ImportRequest): Record<string, unknown> {
  const { stores = [], allStoresMustSucceed } = request;
  const method = methodOf(request);
  // Without stores there is one, about which a cloud answers 400 when it is told that it need not succeed.
  if (stores.length === 0) return { method };
  return { method, stores, all_stores_must_succeed: allStoresMustSucceed ?? true };
}

function methodOf(request: ImportRequest): Record<string, string> {
  switch (request.method) {
    case "web-download":
      return { name: request.method, uri: request.url };
    case "glance-download":
      return {
        name: request.method,
        glance_image_id: request.imageId,
        glance_region: request.region,
        glance_service_interface: "public",
      };
    case "glance-direct":
    case "copy-image":
      return { name: request.method };
    default:
      return request satisfies never;
  }
}
