/** A disk that an image can be made of. */
export interface FakeHuaweiVolume {
  /** Default: one that is new. */
  readonly id?: string | undefined;
  /** Default: 40. */
  readonly sizeGb?: number | undefined;
  /** What is on it. Default: nothing. */
  readonly data?: Uint8Array | undefined;
  /** Default: the home region. */
  readonly region?: string | undefined;
}

/** A server that an image can be made of. */
export interface FakeHuaweiInstance {
  /** Default: one that is new. */
  readonly id?: string | undefined;
  /** Default: `false`; of a running one no image is made (`IMG.0008`). */
  readonly isRunning?: boolean | undefined;
  /** Such as `Ubuntu 22.04 server 64bit`, its default. */
  readonly osVersion?: string | undefined;
  /** Default: 40. */
  readonly diskSizeGb?: number | undefined;
  /** What is on its disk. Default: nothing. */
  readonly data?: Uint8Array | undefined;
  /** Default: the home region. */
  readonly region?: string | undefined;
}

/** An object of the object storage. */
export interface FakeHuaweiObject {
  /** Default: the home region. */
  readonly region?: string | undefined;
}

/** An image that belongs to the cloud itself, and is seen by everybody. */
export interface FakeHuaweiPublicImage {
  readonly name: string;
  /** Default: `Ubuntu 22.04 server 64bit`. */
  readonly osVersion?: string | undefined;
  /** Default: the home region. */
  readonly region?: string | undefined;
}

/** How jobs fail. */
export interface FakeHuaweiJobFailure {
  /** How many of the jobs that are started next. Default: 1. */
  readonly count?: number | undefined;
  /** Such as `IMG.0057`. */
  readonly code: string;
  readonly reason: string;
}
