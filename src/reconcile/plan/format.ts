import type { Operation } from "../../model/index.ts";
import { sendsData } from "./delivery.ts";
import type { Action, Plan } from "./plan.ts";
import { alwaysPaint, neverPaint, type Paint, type Style, terminalPaint } from "./terminal.ts";

/** Options of {@link formatPlan}. */
export interface FormatOptions {
  /** Default: only where the standard output is a terminal that shows colours. */
  readonly color?: boolean | undefined;
  /** Values are cut to this many characters. Default: 60. */
  readonly maxValueCharacters?: number | undefined;
}

const SIGNS: Readonly<Record<Action, readonly [sign: string, style: Style]>> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  replace: ["+/-", "red"],
  delete: ["-", "red"],
  none: ["=", "dim"],
};

const STEPS: Readonly<Record<Operation["op"], readonly [sign: string, style: Style]>> = {
  add: ["+", "green"],
  update: ["~", "yellow"],
  delete: ["-", "red"],
};

/**
 * Prints a plan, or several with a summary, as a diff for people: `+` adds, `~` changes in place, `-` deletes,
 * `+/-` replaces. Holds no secret, as the plan holds none.
 */
export function formatPlan(plan: Plan | readonly Plan[], options: FormatOptions = {}): string {
  const { color, maxValueCharacters = 60 } = options;
  const paint = color === undefined ? terminalPaint : color ? alwaysPaint : neverPaint;
  if (!isList(plan)) return formatOne(plan, paint, maxValueCharacters);
  return [...plan.map((one) => formatOne(one, paint, maxValueCharacters)), summary(plan, paint)].join("\n");
}

function isList(plan: Plan | readonly Plan[]): plan is readonly Plan[] {
  return Array.isArray(plan);
}

function formatOne(plan: Plan, paint: Paint, max: number): string {
  const [sign, style] = SIGNS[plan.action];
  const notes = notesOf(plan);
  const title = `${printable(plan.name)}${plan.imageId === undefined ? "" : ` [${plan.imageId}]`}`;
  const head = `${paint(style, `${sign} ${plan.action}`)} ${paint("bold", title)}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
  const lines = plan.operations.map((operation) => formatOperation(operation, plan, paint, max));
  for (const id of plan.discards ?? []) {
    lines.push(`    ${paint("red", "-")} image ${id}: half-made by an interrupted replacement`);
  }
  if (plan.supersedes !== undefined) {
    lines.push(`    ${paint("red", "-")} image ${plan.supersedes}: replaced by this one`);
  }
  for (const store of plan.copies ?? [])
    lines.push(`    ${paint("green", "+")} stores: ${quote(store, max)}, copied by the cloud`);
  if (plan.content === "changed" && plan.action === "update")
    lines.push(
      `    ${paint("yellow", "~")} data: ${isFetchedByCloud(plan) ? "fetched by the cloud" : "uploaded"}`,
    );
  if (plan.replaces.includes("source")) lines.push(`    ${paint("yellow", "~")} data${forces(paint)}`);
  return [head, ...lines].join("\n");
}

function notesOf(plan: Plan): string[] {
  const notes: string[] = [];
  const { desired, sizeBytes, action, replaces } = plan;
  if (action === "create" && desired?.diskFormat !== undefined) notes.push(desired.diskFormat);
  if (sizeBytes !== undefined) notes.push(formatBytes(sizeBytes));
  if (action === "create" && desired?.source === undefined) notes.push("metadata only");
  if (action === "replace") notes.push(plan.onReplace ?? "create-first", `forced by ${replaces.join(", ")}`);
  notes.push(...deliveryNotes(plan));
  if (plan.content === "unknown") notes.push("content unknown, data left alone");
  return notes;
}

function isFetchedByCloud({ desired }: Plan): boolean {
  return desired?.source !== undefined && "webDownload" in desired.source;
}

/** Who brings the data in and where to, where that isn't left to the cloud and the default. */
function deliveryNotes(plan: Plan): string[] {
  const { method, stores, allStoresMustSucceed, fallback } = plan;
  const notes: string[] = [];
  if (sendsData(plan) && isFetchedByCloud(plan))
    notes.push(fallback === "client" ? "by web-download, else by this process" : "by web-download");
  if (sendsData(plan)) notes.push(...cloudSourceNotes(plan));
  if (method !== undefined) notes.push(`by ${method}`);
  if (stores !== undefined) notes.push(`to ${stores.map(printable).join(" and ")}`);
  if (allStoresMustSucceed === false) notes.push("not every store must succeed");
  return notes;
}

/** What of its own the cloud makes the image of. */
function cloudSourceNotes({ desired }: Plan): string[] {
  const source = desired?.source;
  if (source === undefined) return [];
  if ("volumeId" in source) return [`of volume ${printable(source.volumeId)}`];
  return "object" in source ? [`of object ${printable(source.object)}`] : [];
}

function formatOperation(operation: Operation, plan: Plan, paint: Paint, max: number): string {
  const created = operation.kind === "attribute" && operation.from === null;
  const [sign, style] = STEPS[created ? "add" : operation.op];
  const forced = plan.replaces.includes(pathOf(operation)) ? forces(paint) : "";
  return `    ${paint(style, sign)} ${describe(operation, max)}${forced}`;
}

/** What it changes, as `replaces` has it. */
function pathOf(operation: Operation): string {
  if (operation.kind === "attribute") return operation.name;
  return operation.kind === "property" ? `properties.${operation.name}` : "";
}

function describe(operation: Operation, max: number): string {
  switch (operation.kind) {
    case "attribute":
      return `${operation.name}: ${change(operation.from ?? undefined, operation.to, max)}`;
    case "property":
      return `properties.${printable(operation.name)}: ${change(operation.from, operation.to, max)}`;
    case "tag":
      return `tags: ${quote(operation.tag, max)}`;
    case "member":
      return `members: ${quote(operation.project, max)}`;
    default:
      return operation satisfies never;
  }
}

function change(from: unknown, to: unknown, max: number): string {
  if (from === undefined) return quote(to, max);
  if (to === undefined) return quote(from, max);
  return `${quote(from, max)} → ${quote(to, max)}`;
}

function forces(paint: Paint): string {
  return paint("red", "  # forces replacement");
}

function quote(value: unknown, max: number): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return typeof value === "string" ? visible(JSON.stringify(cut)) : visible(cut);
}

/** A name as it is, unless it has characters that a terminal would obey. */
function printable(name: string): string {
  const shown = visible(name);
  return shown === name ? name : `"${shown}"`;
}

function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

function summary(plans: readonly Plan[], paint: Paint): string {
  const count = (action: Action) => plans.filter((plan) => plan.action === action).length;
  const parts = [
    `${count("create")} to create`,
    `${count("update")} to update`,
    `${count("replace")} to replace`,
    `${count("delete")} to delete`,
    `${count("none")} unchanged`,
  ];
  return paint("bold", `Plan: ${parts.join(", ")}.`);
}

/** Bytes with a binary unit: `412 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const exponent = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** exponent;
  const rounded = amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(3));
  return `${rounded} ${units[exponent]}`;
}
