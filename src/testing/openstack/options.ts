/** What a fake cloud is like. */
export interface FakeOpenStackOptions {
  /** Default: `RegionOne`. */
  readonly region?: string | undefined;
  /** The stores of the image service, the default one first. Default: `fast` and `slow`. None: a cloud of one store. */
  readonly stores?: readonly string[] | undefined;
  /** Default: `glance-direct`, `web-download` and `copy-image`. */
  readonly importMethods?: readonly string[] | undefined;
  /** A digest that Node knows. Default: `sha512`. */
  readonly hashAlgorithm?: string | undefined;
  /** How many images a listing gives at most, whatever is asked for. Default: 1,000. */
  readonly maxPageSize?: number | undefined;
  /** The most bytes of one image. Default: 1 TiB. */
  readonly imageSizeCapBytes?: number | undefined;
  /** How long a token is good for, in milliseconds. Default: 1 hour. */
  readonly tokenLifetimeMs?: number | undefined;
  /**
   * How long each of the three steps of an import takes, in milliseconds of the clock: until it is `importing`, until the
   * data is there, and until the image is unlocked. Default: 0.
   */
  readonly importStepMs?: number | undefined;
  /** The time. Default: the system's. */
  readonly clock?: (() => Date) | undefined;
}
