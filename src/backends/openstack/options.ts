export type { KeystoneGlanceOptions as OpenStackOptions } from "../glance/options.ts";
