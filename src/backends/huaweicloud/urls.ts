import { segment } from "../http/segment.ts";
/** The URLs of IMS, in one region, and those of one project below them. */
export interface ImsUrls {
  /** The extension's images: what is read. */
  readonly cloudImages: string;
  cloudImage(id: string): string;
  /** Glance's own images: what is made without data, and deleted. */
  readonly images: string;
  image(id: string): string;
  file(id: string): string;
  members(id: string): string;
  member(id: string, project: string): string;
  /** Members as jobs change them. */
  readonly sharing: string;
  tagChanges(id: string): string;
  job(id: string): string;
  /** Such as `v2/cloudimages/action`. */
  action(path: string): string;
  ofImage(id: string, action: "copy" | "cross_region_copy" | "file" | "upload"): string;
}

/** @param endpoint - without a slash at the end. */
export function imsUrls(endpoint: string, projectId: string): ImsUrls {
  const images = `${endpoint}/v2/images`;
  const cloudImages = `${endpoint}/v2/cloudimages`;
  const image = (id: string) => `${images}/${segment(id)}`;
  return {
    cloudImages,
    cloudImage: (id) => `${cloudImages}/${segment(id)}`,
    images,
    image,
    file: (id) => `${image(id)}/file`,
    members: (id) => `${image(id)}/members`,
    member: (id, project) => `${image(id)}/members/${segment(project)}`,
    sharing: `${endpoint}/v1/cloudimages/members`,
    tagChanges: (id) => `${endpoint}/v2/${segment(projectId)}/images/${segment(id)}/tags/action`,
    job: (id) => `${endpoint}/v1/${segment(projectId)}/jobs/${segment(id)}`,
    action: (path) => `${endpoint}/${path}`,
    ofImage: (id, action) => `${endpoint}/v1/cloudimages/${segment(id)}/${action}`,
  };
}
