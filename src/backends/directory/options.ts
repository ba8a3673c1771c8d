/** Options of `directory()`. */
export interface DirectoryOptions {
  /** Tells the time of creations and changes. Default: the system's clock. */
  readonly clock?: (() => Date) | undefined;
}
