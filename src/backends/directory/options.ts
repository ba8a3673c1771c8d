/** Options of `directory()`. */
export interface DirectoryOptions {
  /** Tells the time of creations and changes: a `Date`, or what `Date.now` gives. Default: the system's clock. */
  readonly clock?: (() => Date | number) | undefined;
}
