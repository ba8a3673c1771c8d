import type { NewImage } from "../../model/index.ts";
import type { Filling } from "../fill/fill.ts";
import type { IsRival } from "./rivals.ts";

/** An image that is to be made. */
export interface Creation {
  readonly image: NewImage;
  readonly members: readonly string[];
  /** Absent: a record without data. */
  readonly filling: Filling | undefined;
  /** Whether the user chose the id: a cloud never gives it again after the image is deleted. */
  readonly pinned: boolean;
  /** Called when the data is there to be sent, before the record is made. */
  readonly makeRoom?: (() => Promise<void>) | undefined;
  /** Which images of its name it has to look out for. */
  readonly isRival: IsRival;
}
