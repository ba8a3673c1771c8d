import { describe, expect, it } from "vitest";
import { rejectionOf } from "../../support/errors.ts";
import { glance, ID, IMAGES, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

describe.each(["deactivate", "reactivate"] as const)("%s", (action) => {
  const call = `POST ${IMAGES}/${ID}/actions/${action}`;

  it("is a POST without a body", async () => {
    const network = mockNetwork();
    network.expect(call, { status: 204 });
    await glance()[action](ID);
    expect(network.calls).toMatchObject([{ body: undefined }]);
    expect(network.calls[0]?.headers["content-type"]).toBeUndefined();
  });

  it.each(["queued", "saving", "importing"])("of an image that is %s is ERR_IMAGE_STATUS", async (status) => {
    const network = mockNetwork();
    network.expect(call, { status: 403, json: { message: "Not allowed to deactivate image in status" } });
    network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage({ status }) });
    expect(await rejectionOf(glance()[action](ID))).toMatchObject({
      name: "ImageStateError",
      code: "ERR_IMAGE_STATUS",
      imageId: ID,
      status,
      message: expect.stringContaining(`it is ${status}`),
      cause: { name: "HttpError", status: 403 },
    });
  });

  it("by one who may not is the cloud's own refusal", async () => {
    const network = mockNetwork();
    network.expect(call, { status: 403, json: { message: "You are not authorized." } });
    network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage({ status: "active" }) });
    expect(await rejectionOf(glance()[action](ID))).toMatchObject({
      code: "ERR_HTTP_FORBIDDEN",
      message: expect.stringContaining("You are not authorized."),
    });
  });

  it("of a gone image is a 404", async () => {
    mockNetwork().expect(call, { status: 404 });
    expect(await rejectionOf(glance()[action](ID))).toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
  });
});
