export {
  type FakeKakaoCloud,
  type FakeKakaoCloudServer,
  type FakeKakaoCloudUser,
  type FakeVolume,
  fakeKakaoCloud,
} from "./fake.ts";
export type { FakeKakaoCloudOptions } from "./options.ts";
