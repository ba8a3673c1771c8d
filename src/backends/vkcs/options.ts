export type { KeystoneGlanceOptions as VkcsOptions } from "../glance/options.ts";
