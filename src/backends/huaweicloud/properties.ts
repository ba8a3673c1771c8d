import { propertyValueProblem } from "../../model/index.ts";
import { architectureOf, enterpriseProjectOf, type WireImage } from "./wire.ts";

/** A property of a spec that Huawei Cloud has a field for. */
export interface Property {
  /** Why a value isn't one of its own; `undefined` when it is. */
  readonly problem: (value: string) => string | undefined;
  /** What the cloud shows of it. Absent: nothing. */
  readonly read?: (image: WireImage) => string | undefined;
  /** How it changes: only by a new image, by a PATCH of an active image, or by moving the image (EPS). */
  readonly changes: "never" | "update" | "migration";
  /** What a creation calls it, where that isn't its name. */
  readonly field?: string;
  /** What a creation takes it as. Default: a text. */
  readonly send?: (value: string) => unknown;
}

/** A flag and a number are texts in specs, as all properties are. */
const flag = { problem: oneOf("true", "false"), send: (value: string) => value === "true" };

/** What an image is for. A server's system disk is the usual thing. */
const ENVIRONMENTS: Readonly<Record<string, string>> = { FusionCompute: "ECS", Ironic: "BMS" };

/** All properties that an image can have here; any other is refused. */
export const PROPERTIES: Readonly<Record<string, Property>> = {
  __os_version: { problem: someText, read: shown("__os_version"), changes: "never", field: "os_version" },
  os_type: { problem: oneOf("Linux", "Windows"), read: shown("__os_type"), changes: "never" },
  architecture: {
    problem: oneOf("x86", "arm"),
    read: architectureOf,
    changes: "never",
  },
  type: { problem: oneOf("ECS", "BMS", "DataImage", "IsoImage"), read: typeOf, changes: "never" },
  cmk_id: { problem: someText, read: shown("__system__cmkid"), changes: "never" },
  is_config: { ...flag, changes: "never" },
  is_quick_import: { ...flag, changes: "never" },
  license_type: { problem: someText, changes: "never" },
  agency_name: { problem: someText, changes: "never" },
  vault_id: { problem: someText, changes: "never" },
  enterprise_project_id: {
    problem: enterpriseProjectProblem,
    read: enterpriseProjectOf,
    changes: "migration",
  },
  max_ram: { problem: maxRamProblem, read: maxRamOf, changes: "update", send: Number },
  hw_firmware_type: { problem: oneOf("bios", "uefi"), read: shown("hw_firmware_type"), changes: "update" },
};

/** The names of those that hold. */
export function namesWhere(holds: (property: Property) => boolean): readonly string[] {
  return Object.entries(PROPERTIES).flatMap(([name, property]) => (holds(property) ? [name] : []));
}

/** The properties of an image, as far as the cloud shows them. */
export function propertiesOf(image: WireImage): Readonly<Record<string, string>> {
  const entries = Object.entries(PROPERTIES).flatMap(([name, { read }]) => {
    const value = read?.(image);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function shown(wire: string): (image: WireImage) => string | undefined {
  return ({ [wire]: value }) => (typeof value === "string" && value !== "" ? value : undefined);
}

function typeOf({ virtual_env_type: type }: WireImage): string | undefined {
  if (typeof type !== "string" || type === "") return undefined;
  return Object.hasOwn(ENVIRONMENTS, type) ? ENVIRONMENTS[type] : type;
}

/** 0 is no limit, as is nothing. */
function maxRamOf({ max_ram: value }: WireImage): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && Number(text) > 0 ? String(Number(text)) : undefined;
}

function oneOf(...values: readonly string[]): Property["problem"] {
  return (value) => (values.includes(value) ? undefined : `must be one of ${values.join(", ")}`);
}

function someText(value: string): string | undefined {
  return value.trim() === "" ? "must not be empty" : propertyValueProblem(value);
}

function enterpriseProjectProblem(value: string): string | undefined {
  if (value === "0" || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return undefined;
  return 'must be the id of an enterprise project, a UUID, or "0" for the default one';
}

function maxRamProblem(value: string): string | undefined {
  if (/^[1-9]\d{0,8}$/.test(value)) return undefined;
  return "must be a whole number of MiB, 1 or more; without a limit, leave it out";
}
