export * from "./conformance/index.ts";
export * from "./fake/index.ts";
export * from "./kakaocloud/index.ts";
export * from "./openstack/index.ts";
