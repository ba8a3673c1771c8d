export * from "./conformance/index.ts";
export * from "./fake/index.ts";
export * from "./huaweicloud/index.ts";
export * from "./kakaocloud/index.ts";
export * from "./openstack/index.ts";
export * from "./vkcs/index.ts";
