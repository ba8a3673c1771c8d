/** node apply.process.ts: applies the spec in APPLY_SPEC to the cloud in APPLY_OPTIONS, as PLAN_OPTIONS say; made to be killed. */

import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager, type ImageSpecInput, type PlanOptions } from "../../../src/index.ts";

const spec = JSON.parse(process.env["APPLY_SPEC"] ?? "") as ImageSpecInput;
const options = JSON.parse(process.env["APPLY_OPTIONS"] ?? "{}") as OpenStackOptions;
const planOptions = JSON.parse(process.env["PLAN_OPTIONS"] ?? "{}") as PlanOptions;
const images = new ImageManager(await openstack(options));
const { image } = await images.apply(await images.plan(spec, planOptions));
console.log(JSON.stringify({ id: image.id, status: image.status }));
