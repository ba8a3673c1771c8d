import { compressed } from "./compressed.ts";
import { gpt } from "./gpt.ts";
import type { InspectedFormat } from "./inspection.ts";
import { iso } from "./iso.ts";
import { luks } from "./luks.ts";
import type { Parser } from "./parser.ts";
import { qcow2 } from "./qcow2.ts";
import { qed } from "./qed.ts";
import { vdi } from "./vdi.ts";
import { fixedVhd, vhd } from "./vhd.ts";
import { vhdx } from "./vhdx.ts";
import { vmdk } from "./vmdk.ts";

/** Where data is of several formats, the first counts. */
export const PARSERS: readonly (readonly [InspectedFormat, Parser])[] = [
  ["qcow2", qcow2],
  ["qed", qed],
  ["vmdk", vmdk],
  ["vhd", vhd],
  ["vhdx", vhdx],
  ["vdi", vdi],
  ["luks", luks],
  ["iso", iso],
  ["gpt", gpt],
  ["raw", compressed],
];

/** A disk with a footer behind it: it counts only where nothing but a partition table was found. */
export const FOOTER_PARSER: readonly [InspectedFormat, Parser] = ["vhd", fixedVhd];
