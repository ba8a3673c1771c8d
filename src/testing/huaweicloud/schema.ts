import { type FakeResponse, json } from "../fake/wire.ts";

const text = { type: "string" };
const integer = { type: "integer" };

const IMAGE = {
  name: "image",
  properties: {
    id: text,
    name: { type: "string", maxLength: 255 },
    status: { type: "string", enum: ["queued", "saving", "active", "deleted", "killed"] },
    visibility: { type: "string", enum: ["private", "public", "shared"] },
    protected: { type: "boolean" },
    container_format: { type: "string", enum: ["bare"] },
    disk_format: { type: "string", enum: ["zvhd2", "vhd", "raw", "qcow2", "iso"] },
    min_disk: integer,
    min_ram: integer,
    tags: { type: "array", items: { type: "string", maxLength: 255 } },
    owner: text,
    size: integer,
    virtual_size: integer,
    checksum: text,
    created_at: text,
    updated_at: text,
    self: text,
    file: text,
    schema: text,
  },
  additionalProperties: text,
};

const MEMBER = {
  name: "member",
  properties: {
    image_id: text,
    member_id: text,
    status: { type: "string", enum: ["pending", "accepted", "rejected"] },
    created_at: text,
    updated_at: text,
    schema: text,
  },
};

/** `GET /v2/schemas/image` and the like. */
export function schema(name: "image" | "images" | "member" | "members"): FakeResponse {
  const one = name.startsWith("image") ? IMAGE : MEMBER;
  if (name === "image" || name === "member") return json(200, one);
  return json(200, { name, properties: { [name]: { type: "array", items: one }, schema: text } });
}
