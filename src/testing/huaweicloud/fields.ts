import { isObject } from "../fake/wire.ts";
import { ImsRefusal, malformed } from "./refusals.ts";

/** The body of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** What a body may say; anything else is refused. */
export function checkNames(body: Body, allowed: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw malformed(`The field ${unknown} is not one that is taken here.`);
}

/** `undefined` where it isn't given. */
export function text(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== "string") throw malformed(`${name} has to be a text.`);
  return value;
}

export function requiredText(body: Body, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === "") throw malformed(`${name} is missing.`);
  return value;
}

export function flag(body: Body, name: string): boolean | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== "boolean")
    throw malformed(`${name} has to be true or false, not a text.`);
  return value;
}

/** One of a few texts. */
export function choice(
  body: Body,
  name: string,
  choices: readonly string[],
  code = "IMG.0001",
): string | undefined {
  const value = text(body, name);
  if (value !== undefined && !choices.includes(value))
    throw new ImsRefusal(code, `${name} has to be one of ${choices.join(", ")}.`);
  return value;
}

/** A number of gigabytes or megabytes. */
export function amount(body: Body, name: string, min: number, max: number): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
    throw new ImsRefusal("IMG.0055", `${name} has to be a whole number from ${min} to ${max}.`);
  return value;
}

/** Memory in megabytes; 0 is no limit. */
export function memory(body: Body, name: string): number | undefined {
  return amount(body, name, 0, 2 ** 31 - 1);
}

export function checkMemory(minRamMb: number, maxRamMb: number): void {
  if (maxRamMb > 0 && minRamMb > maxRamMb) throw new ImsRefusal("IMG.0055", "min_ram is more than max_ram.");
}

/** A name: Chinese, letters, digits, spaces inside, and `-._`. */
export function checkName(name: string, maxLength = 128): string {
  if ([...name].length > maxLength) throw new ImsRefusal("IMG.0002", "The image name is too long.");
  if (
    !/^[\p{Script=Han}A-Za-z0-9._-]([\p{Script=Han}A-Za-z0-9 ._-]*[\p{Script=Han}A-Za-z0-9._-])?$/u.test(name)
  )
    throw new ImsRefusal("IMG.0003", "The format of the image name is wrong.");
  return name;
}

export function checkDescription(description: string): string {
  if ([...description].length > 1024) throw new ImsRefusal("IMG.0004", "The description is too long.");
  if (/[\r<>]/.test(description)) throw new ImsRefusal("IMG.0054", "The format of the description is wrong.");
  return description;
}

export function checkFirmware(value: unknown): string {
  if (value === "bios" || value === "uefi") return value;
  throw new ImsRefusal("IMG.0141", "hw_firmware_type has to be bios or uefi.");
}

/** `bucket:key`. */
export function address(body: Body, name: string): string {
  const value = requiredText(body, name);
  if (!/^[^:]+:.+$/.test(value)) throw malformed(`${name} has to be bucket:object.`);
  return value;
}

/** A list of texts that says something. */
export function texts(body: Body, name: string): readonly string[] {
  const value = body[name];
  if (!Array.isArray(value) || value.length === 0 || !value.every((one) => typeof one === "string"))
    throw malformed(`${name} has to be a list of texts.`);
  return value;
}

/** The object of a body. */
export function objectOf(value: unknown): Body {
  if (!isObject(value)) throw malformed("The body has to be an object.");
  return value;
}
