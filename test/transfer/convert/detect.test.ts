import { expect, it } from "vitest";
import { DETECTED_BYTES, detectFormat } from "../../../src/transfer/convert/detect.ts";
import { DESCRIPTOR, gpt, IMAGES, iso, luks } from "../inspect/images.ts";

const CONVERTED = ["qcow2", "qed", "vmdk", "vhd", "vhdx", "vdi"];

it.each(Object.entries(IMAGES).filter(([format]) => CONVERTED.includes(format)))(
  "%s is what an inspection says, by its beginning alone",
  (format, image) => {
    expect(detectFormat(image.subarray(0, DETECTED_BYTES))).toBe(format);
  },
);

it.each([
  ["vmdk", "COWD\x01\0\0\0"],
  ["vmdk", DESCRIPTOR.slice(0, 40)],
  ["vmdk", `${DESCRIPTOR}\0\xff`],
  ["ploop", "WithoutFreeSpace\x02"],
  ["ploop", "WithouFreSpacExt\x02"],
])("%s is known where an inspection takes it for raw: %j", (format, beginning) => {
  expect(detectFormat(Buffer.from(beginning, "latin1"))).toBe(format);
});

it.each([
  ["a partition table", gpt()],
  ["a CD", iso()],
  ["an encrypted disk", luks()],
  ["zeros", Buffer.alloc(DETECTED_BYTES)],
  ["next to nothing", Buffer.from("QF")],
  ["nothing", Buffer.alloc(0)],
  ["a magic that isn't at the beginning", Buffer.from(" QFI\xfbCOWD", "latin1")],
])("what begins with %s is raw", (_what, image) => {
  expect(detectFormat(image.subarray(0, DETECTED_BYTES))).toBe("raw");
});
