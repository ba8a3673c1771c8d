/** What every backend promises, held against the fake Huawei Cloud: with a token for image data, and without. */
import { describe, it } from "vitest";
import { huaweicloud } from "../../src/backends/huaweicloud/index.ts";
import { backendConformance, fakeHuaweiCloud } from "../../src/testing/index.ts";
import { EXPECTATIONS } from "../backends/expectations.ts";

const VOLUME = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";

/** Names are unique, as the backend takes them to be; jobs and deletions take their time. */
function cloud() {
  const fake = fakeHuaweiCloud({ namesAreUnique: true, jobPolls: 1, deletionReads: 1, maxPageSize: 7 });
  fake.addVolume({ id: VOLUME, data: new Uint8Array(2000).fill(7) });
  return fake;
}

describe("the contract, kept by huaweicloud over its fake, with a password", () => {
  backendConformance(
    it,
    async (afterwards) => {
      const server = await cloud().listen();
      afterwards(() => server.close());
      return huaweicloud(server.passwordOptions());
    },
    EXPECTATIONS.huaweicloud(VOLUME),
  );
});

describe("the contract, kept by huaweicloud over its fake, with an access key", () => {
  const expectations = EXPECTATIONS.huaweicloud(VOLUME);
  backendConformance(
    it,
    async (afterwards) => {
      const server = await cloud().listen();
      afterwards(() => server.close());
      return huaweicloud(server.keyOptions());
    },
    { ...expectations, lacks: { ...expectations.lacks, upload: "image data takes a token" } },
  );
});
