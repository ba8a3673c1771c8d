import type { Image } from "../../model/index.ts";
import type { Backend, CallOptions, CreateFrom, Members } from "../backend.ts";
import { uploadData } from "../glance/data.ts";
import { glanceUrls } from "../glance/urls.ts";
import type { Connection } from "./connection.ts";
import { creation } from "./create.ts";
import { createFrom } from "./create-from.ts";
import { deletion } from "./delete.ts";
import { migrate } from "./enterprise-project.ts";
import { imsError } from "./errors.ts";
import { listImages } from "./list.ts";
import { imsMembers } from "./members.ts";
import { type ExportRequest, exportImage, registerObject } from "./objects.ts";
import { callsOf, type LimitOptions, readWire, toImage } from "./requests.ts";
import { huaweicloudRules } from "./rules.ts";
import { createFromServer, type ServerImage } from "./server.ts";
import { huaweicloudSpec } from "./spec.ts";
import { updating } from "./update.ts";

/** The images of Huawei Cloud, with what it can do beyond the contract. Each waits for the cloud's own job. */
export interface HuaweiCloudBackend extends Backend {
  readonly region: string;
  readonly projectId: string;
  readonly create: NonNullable<Backend["create"]>;
  readonly createFrom: CreateFrom;
  readonly members: Required<Members>;
  /**
   * Gives an image that was made without data that of an object, `bucket:key`; it is active then.
   *
   * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason, `ERR_IMAGE_TIMEOUT`.
   * @throws HttpError `ERR_HTTP_NOT_FOUND` when there is no such image; when the cloud refuses.
   */
  registerObject(id: string, object: string, options?: CallOptions): Promise<Image>;
  /**
   * Writes the data of an active image into an object. Throws as {@link HuaweiCloudBackend.registerObject}.
   *
   * @throws SpecError `ERR_SPEC_INVALID` when the request is wrong; nothing was sent.
   */
  exportImage(id: string, request: ExportRequest, options?: CallOptions): Promise<void>;
  /**
   * Makes an image of the system disk of a server that is stopped. Throws as {@link HuaweiCloudBackend.registerObject}.
   *
   * @throws SpecError `ERR_SPEC_INVALID` when the image can't be so; nothing was sent.
   */
  createFromServer(image: ServerImage, serverId: string, options?: CallOptions): Promise<Image>;
  /**
   * Moves an image to an enterprise project, a UUID or `0` for the default one, and waits until it is there.
   *
   * @throws HttpError when the cloud refuses. ImageStateError `ERR_IMAGE_TIMEOUT` when it takes too long.
   */
  setEnterpriseProject(id: string, enterpriseProjectId: string, options?: CallOptions): Promise<void>;
}

const TOO_LARGE = "Huawei Cloud takes less than 128 GB in one image that is uploaded; put it into an object";

const NEEDS_TOKEN =
  "image data is uploaded with a token, which an access key doesn't get: give auth as well, or put the data into the object storage and use source.object";

/** A backend that speaks to IMS. */
export function huaweicloudImages(connection: Connection, limits: LimitOptions = {}): HuaweiCloudBackend {
  const { region, projectId, session, transport, endpoints } = connection;
  const calls = callsOf(connection, limits);
  const alternatives =
    session === undefined
      ? { "source.file": NEEDS_TOKEN, "source.url": NEEDS_TOKEN, "source.open": NEEDS_TOKEN }
      : {};
  const spec = huaweicloudSpec({ region, reachesRegions: connection.inRegion !== undefined });
  return {
    name: "huaweicloud",
    region,
    projectId,
    spec,
    rules: huaweicloudRules,
    idsAreGivenBy: "cloud",
    alternatives: { download: "write it into an object: backend.exportImage()", ...alternatives },
    ...(session === undefined
      ? {}
      : {
          upload: (id, data, options) =>
            uploadData(
              {
                session,
                urls: glanceUrls(endpoints.ims),
                transport,
                region,
                tooLarge: TOO_LARGE,
                refusal: imsError,
              },
              id,
              data,
              options,
            ),
        }),
    list: (query, options) => listImages(calls, query, options),
    async get(id, options) {
      const wire = await readWire(calls, id, `Reading of image ${id}`, options);
      return wire === undefined ? undefined : toImage(calls, wire);
    },
    create: creation(calls),
    createFrom: createFrom(calls),
    update: updating(calls),
    delete: deletion(calls),
    members: imsMembers(calls),
    registerObject: (id, object, options) => registerObject(calls, id, object, options),
    exportImage: (id, request, options) => exportImage(calls, id, request, options),
    createFromServer: (image, serverId, options) => createFromServer(calls, image, serverId, options),
    setEnterpriseProject: (id, project, options) => migrate(calls, id, project, options),
  };
}
