import { connect } from "./connection.ts";
import { type HuaweiCloudBackend, huaweicloudImages } from "./images.ts";
import type { HuaweiCloudOptions } from "./options.ts";

/**
 * The images of Huawei Cloud: its image service IMS, in one region. Finds out who one is and which project that is;
 * everything after that is asked for when it is needed.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when the credentials are refused.
 * @throws SpecError `ERR_SPEC_INVALID` when an option is wrong or missing.
 */
export async function huaweicloud(options: HuaweiCloudOptions = {}): Promise<HuaweiCloudBackend> {
  const { pageSize, jobTimeoutMs, deletionTimeoutMs } = options;
  return huaweicloudImages(await connect(options), { pageSize, jobTimeoutMs, deletionTimeoutMs });
}
