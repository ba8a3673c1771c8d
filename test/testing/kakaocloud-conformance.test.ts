/** What every backend promises, held against the fake KakaoCloud: as it is by default, and at its slowest. */
import { describe, it } from "vitest";
import { kakaocloud } from "../../src/backends/kakaocloud/index.ts";
import { backendConformance, type FakeKakaoCloudOptions, fakeKakaoCloud } from "../../src/testing/index.ts";
import { EXPECTATIONS, VOLUME_ID } from "../backends/expectations.ts";

const CLOUDS: Readonly<Record<string, FakeKakaoCloudOptions>> = {
  "over its fake": {},
  "over a fake of small pages that is slow to tell": {
    maxPageSize: 7,
    readsUntilGone: 2,
    readsUntilShared: 1,
  },
};

describe.each(Object.entries(CLOUDS))("the contract, kept by kakaocloud %s", (_what, options) => {
  backendConformance(
    it,
    async (afterwards) => {
      const fake = fakeKakaoCloud(options);
      fake.addVolume({ id: VOLUME_ID });
      const server = await fake.listen();
      afterwards(() => server.close());
      return kakaocloud(server.options());
    },
    EXPECTATIONS.kakaocloud,
  );
});
