import { segment } from "../http/segment.ts";

/** The URLs of one image service (Image API v2). */
export interface GlanceUrls {
  readonly images: string;
  /** The JSON schema of an image. */
  readonly schema: string;
  action(id: string, action: "deactivate" | "reactivate"): string;
  image(id: string): string;
  file(id: string): string;
  members(id: string): string;
  member(id: string, project: string): string;
  stage(id: string): string;
  import(id: string): string;
  tasks(id: string): string;
  /** What the cloud tells of its import methods, or its stores. */
  info(subject: "import" | "stores"): string;
}

/** The URLs below an endpoint, which may or may not end in a version. */
export function glanceUrls(endpoint: string): GlanceUrls {
  const base = endpoint.replace(/\/+$/, "").replace(/\/v\d+(\.\d+)?$/, "");
  const images = `${base}/v2/images`;
  const image = (id: string) => `${images}/${segment(id)}`;
  return {
    images,
    schema: `${base}/v2/schemas/image`,
    action: (id, action) => `${image(id)}/actions/${action}`,
    image,
    file: (id) => `${image(id)}/file`,
    members: (id) => `${image(id)}/members`,
    member: (id, project) => `${image(id)}/members/${segment(project)}`,
    stage: (id) => `${image(id)}/stage`,
    import: (id) => `${image(id)}/import`,
    tasks: (id) => `${image(id)}/tasks`,
    info: (subject) => `${base}/v2/info/${subject}`,
  };
}
