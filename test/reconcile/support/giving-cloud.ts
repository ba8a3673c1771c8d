import { randomUUID } from "node:crypto";
import { refusal } from "../../../src/backends/record.ts";
import type { Image, Rules } from "../../../src/index.ts";
import { forcesReplacement } from "../../../src/model/index.ts";
import { type Cloud, cloud, imagesOf } from "./cloud.ts";

const OWN = /^imagewright\./;

/** How a cloud behaves that gives ids. */
export interface Behaviour {
  readonly rules?: Partial<Rules>;
  /** Done in place of what `create` does. */
  readonly create?: (create: Cloud["create"], ...args: Parameters<Cloud["create"]>) => Promise<Image>;
}

/** The memory's cloud, which gives ids itself and keeps no properties of this library. */
export function givingCloud({
  rules = {},
  create: instead,
}: Behaviour = {}): Cloud & { readonly creations: string[] } {
  const inner = cloud();
  const all: Rules = { ...inner.rules, keepsRecords: false, ...rules };
  const creations: string[] = [];
  const create: Cloud["create"] = async (image, options) => {
    if (Object.keys(image.properties ?? {}).some((name) => OWN.test(name)))
      throw refusal(403, "no such property");
    creations.push(image.name);
    const isTaken = (await imagesOf(inner)).some(({ name }) => name === image.name);
    if (rules.namesAreUnique === true && isTaken) throw refusal(409, "the name exists");
    return inner.create({ ...image, id: randomUUID() }, options);
  };
  return {
    ...inner,
    creations,
    idsAreGivenBy: "cloud",
    rules: all,
    create: (...args) => (instead === undefined ? create(...args) : instead(create, ...args)),
    async update(id, operations, options) {
      const { status = "queued" } = (await inner.get(id)) ?? {};
      for (const operation of operations) {
        if (operation.kind === "property" && operation.op !== "delete" && OWN.test(operation.name))
          throw refusal(403, "no such property");
        if (operation.kind === "attribute" && forcesReplacement(operation.name, status, all))
          throw refusal(403, `${operation.name} is for ever`);
      }
      return inner.update(id, operations, options);
    },
  };
}
