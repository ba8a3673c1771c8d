/** The formats that can be told by looking into the data. */
export const INSPECTED_FORMATS = [
  "raw",
  "qcow2",
  "qed",
  "vmdk",
  "vhd",
  "vhdx",
  "vdi",
  "iso",
  "gpt",
  "luks",
] as const;

/** A format that can be told by looking into the data. `raw` is what is of no other; `gpt` has a partition table, GPT or MBR. */
export type InspectedFormat = (typeof INSPECTED_FORMATS)[number];

/** Something about image data that speaks against it. */
export interface Problem {
  /**
   * Which check found it. The names are those of OpenStack's oslo.utils where it has the check: `backing_file`,
   * `data_file`, `unknown_features`, `descriptor`, `footer`, `mbr`, `version`, `banned`. The library's own: `header`
   * (cut off or damaged), `parent` (the disk goes on in another file), `virtual_size` (more than 2⁵³−1 bytes),
   * `formats` (several at once).
   */
  readonly check: string;
  readonly message: string;
  /** Whether the image is refused for it; otherwise it is worth knowing. Default of Glance: all but `mbr`. */
  readonly fatal: boolean;
}

/** What image data turned out to be. */
export interface Inspection {
  readonly format: InspectedFormat;
  /** All formats that the data is of at the same time; more than one is a problem. */
  readonly formats: readonly InspectedFormat[];
  /** The size of the disk that a machine sees, in bytes; `undefined` where the data doesn't say. */
  readonly virtualSizeBytes: number | undefined;
  /** The size of the data, in bytes; `undefined` when neither the source said it nor its end was read. */
  readonly sizeBytes: number | undefined;
  /** Whether no problem is fatal. */
  readonly safe: boolean;
  readonly problems: readonly Problem[];
  /** What else the headers say, by the names of the format, such as `version`, `clusterSizeBytes`, `subformat`. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}
