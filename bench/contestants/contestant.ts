export interface Contestant {
  readonly name: string;
  /** What its seconds cover. */
  readonly span: string;
  /** Makes one image. Images that it leaves have the name that it was given. */
  upload(): Promise<Turn>;
}

export interface Turn {
  /** From before the image is created until it is known to be active. */
  readonly seconds: number;
  /** All of its processes, from start to end. */
  readonly processSeconds: number;
  readonly peakRssBytes: number | undefined;
  /** What it says about the image. */
  readonly remark: string;
}

/** What all of them upload. */
export interface Task {
  readonly file: string;
  /** Where the file is served, for those who have to download it first. */
  readonly url: string | undefined;
  /** A folder for what a contestant has to keep. */
  readonly folder: string;
  /** For the images, so that what is left can be found. */
  readonly name: string;
  readonly signal: AbortSignal;
}
