/** The container formats of Glance (`container_formats` of its image schema). */
export const CONTAINER_FORMATS = ["bare", "ovf", "ova", "aki", "ari", "ami", "docker", "compressed"] as const;

/** A container format. `bare` means: no container, just the disk. */
export type ContainerFormat = (typeof CONTAINER_FORMATS)[number];

/** The disk formats that every Glance knows by name. A cloud may add its own, such as `gpt` or `zvhd2`. */
export const DISK_FORMATS = [
  "raw",
  "qcow2",
  "iso",
  "vmdk",
  "vhd",
  "vhdx",
  "vdi",
  "ploop",
  "ami",
  "ari",
  "aki",
] as const;

/** A disk format: one that every Glance knows, or one that a cloud adds. */
export type DiskFormat = (typeof DISK_FORMATS)[number] | (string & {});

/** Who sees an image. */
export const VISIBILITIES = ["public", "private", "shared", "community"] as const;

/** Who sees an image: everyone, its project, its project and members, or everyone who knows the id. */
export type Visibility = (typeof VISIBILITIES)[number];
