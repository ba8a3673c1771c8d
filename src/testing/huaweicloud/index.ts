export type {
  FakeHuaweiAccessOptions,
  FakeHuaweiEndpoints,
  FakeHuaweiOptionsOf,
  FakeHuaweiPasswordOptions,
  FakeHuaweiUser,
} from "./access-options.ts";
export { type FakeHuaweiCloud, type FakeHuaweiCloudServer, fakeHuaweiCloud } from "./fake.ts";
export type { FakeHuaweiCloudOptions } from "./options.ts";
export type {
  FakeHuaweiInstance,
  FakeHuaweiJobFailure,
  FakeHuaweiObject,
  FakeHuaweiPublicImage,
  FakeHuaweiVolume,
} from "./resources.ts";
