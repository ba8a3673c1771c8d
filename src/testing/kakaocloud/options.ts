/** What a fake KakaoCloud is like. */
export interface FakeKakaoCloudOptions {
  /** Default: `kr-central-2`. */
  readonly region?: string | undefined;
  /** How many images or members a listing gives at most, whatever is asked for. Default: 1,000; by itself it gives 20. */
  readonly maxPageSize?: number | undefined;
  /** How long a token is good for, in milliseconds. Default: 12 hours. */
  readonly tokenLifetimeMs?: number | undefined;
  /** Whether a token says until when it is good. Default: `true`. */
  readonly tellsExpiry?: boolean | undefined;
  /**
   * After how many readings by its id a new image goes on, from `queued` to `saving` and to `active`: the last of them
   * shows it there. The answer to its creation is no reading. Default: 1.
   */
  readonly readsPerState?: number | undefined;
  /** How long each state takes at least, in milliseconds of the clock. Default: 0. */
  readonly stateMs?: number | undefined;
  /** How often a new image is read before the image service knows it: 404 until then. Default: 0. */
  readonly readsUntilKnown?: number | undefined;
  /** How often a deleted image is still read as it was. Default: once. */
  readonly readsUntilGone?: number | undefined;
  /** How often the members of an image are listed as they were, after a change. Default: 0. */
  readonly readsUntilShared?: number | undefined;
  /** Fields that images are told without, such as `owner`. Default: none. */
  readonly absentFields?: readonly string[] | undefined;
  /** The time. Default: the system's. */
  readonly clock?: (() => Date) | undefined;
}
