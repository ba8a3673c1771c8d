/** What a fake Huawei Cloud is like. */
export interface FakeHuaweiCloudOptions {
  /** Its regions, the home region first. Default: `cn-north-4` and `ap-southeast-1`. */
  readonly regions?: readonly [string, ...string[]] | undefined;
  /** How many images a listing gives at most, whatever is asked for. Default: 1,000. */
  readonly maxPageSize?: number | undefined;
  /** How many private images a project may have in a region. Default: 100. */
  readonly imageQuota?: number | undefined;
  /**
   * Whether images without data need names of their own too, when they are made and when they are renamed, as those do
   * that jobs make. Nobody outside knows. Default: `false`.
   */
  readonly namesAreUnique?: boolean | undefined;
  /** Enterprise projects beside the default one, `0`, by id. Default: none. */
  readonly enterpriseProjects?: readonly string[] | undefined;
  /** How long a token or a temporary credential is good for, in milliseconds. Default: 24 hours. */
  readonly tokenLifetimeMs?: number | undefined;
  /**
   * How often a job is asked for before it has ended: the first answer is `INIT`, the others `RUNNING`. Data that was
   * uploaded is `saving` for as many reads of its image. Default: 0, it has ended whenever it is asked for.
   */
  readonly jobPolls?: number | undefined;
  /** How long a job takes at least, in milliseconds of the clock. Default: 0. */
  readonly jobMs?: number | undefined;
  /** How many answers still show an image that was deleted. Default: 0. */
  readonly deletionReads?: number | undefined;
  /** How long an image that was deleted is shown at least, in milliseconds of the clock. Default: 0. */
  readonly deletionMs?: number | undefined;
  /** The time, also that by which signatures are old. Default: the system's. */
  readonly clock?: (() => Date) | undefined;
}
