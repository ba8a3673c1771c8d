/** Options of `memory()`. */
export interface MemoryOptions {
  /** Tells the time of creations and changes. Default: the system's clock. */
  readonly clock?: (() => Date) | undefined;
}
