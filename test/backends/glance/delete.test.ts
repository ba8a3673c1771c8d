import { expect, it } from "vitest";
import { glance, ID, IMAGES } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

const URL = `DELETE ${IMAGES}/${ID}`;

it.each([
  ["deleted", { status: 204 }],
  ["gone", { status: 404 }],
  [
    "being deleted by another, too",
    {
      status: 400,
      json: { message: "Image status transition from deleted to deleted is not allowed" },
    },
  ],
])("an image that is %s is no error", async (_what, answer) => {
  mockNetwork().expect(URL, answer);
  await expect(glance().delete(ID)).resolves.toBeUndefined();
});

it("any other refusal is one", async () => {
  mockNetwork().expect(URL, { status: 400, json: { message: "GET is not what you want" } });
  await expect(glance().delete(ID)).rejects.toMatchObject({ status: 400 });
});
