import { styleText } from "node:util";

/** The styles of a plan. */
export type Style = "green" | "yellow" | "red" | "bold" | "dim";

/** Puts a style around a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Paints where the standard output is a terminal that shows colours (`NO_COLOR`, `FORCE_COLOR` are obeyed). */
export const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

/** Always paints. */
export const alwaysPaint: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Never paints. */
export const neverPaint: Paint = (_style, text) => text;
