export type {
  Backend,
  CallOptions,
  CloudSource,
  CreateFrom,
  DownloadOptions,
  ImageData,
  ImportOffer,
  ImportOrigin,
  ImportRequest,
  ImportState,
  Imports,
  Members,
  MetadataOperation,
  SentValues,
  UploadOptions,
} from "./backends/backend.ts";
export type { Checksum } from "./model/checksum.ts";
export * from "./model/errors/index.ts";
export type {
  ActionEndEvent,
  ActionEvent,
  CacheHitEvent,
  ImageEvents,
  ImageStatusEvent,
  PlanStartEvent,
  ProgressEvent,
  RequestRetryEvent,
  TargetedEvent,
} from "./model/events.ts";
export type { ContainerFormat, DiskFormat, Visibility } from "./model/formats.ts";
export type { Image, ImageStatus } from "./model/image.ts";
export type { KakaoCloudAttributes, KakaoCloudOsInfo } from "./model/kakaocloud.ts";
export type { ImageMember, MemberStatus } from "./model/member.ts";
export type { NewImage } from "./model/new-image.ts";
export type {
  AttributeName,
  AttributeOperation,
  MemberOperation,
  Operation,
  PropertyOperation,
  TagOperation,
} from "./model/operation.ts";
export type { ImageQuery, Sort, SortKey } from "./model/query.ts";
export { glanceRules, type PropertyNames, type Rules } from "./model/rules.ts";
export type {
  DeclaredChecksum,
  FileSource,
  ImageSource,
  ObjectSource,
  OpenData,
  OpenSource,
  Source,
  UrlSource,
  VolumeSource,
  WebDownloadSource,
} from "./model/source.ts";
export { type Codec, ImageSpec, type ImageSpecInput } from "./model/spec.ts";
export * from "./reconcile/index.ts";
