/** node apply.process.ts: applies the spec in APPLY_SPEC to the cloud in APPLY_OPTIONS; made to be killed. */

import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager, type ImageSpecInput } from "../../../src/index.ts";

const spec = JSON.parse(process.env["APPLY_SPEC"] ?? "") as ImageSpecInput;
const options = JSON.parse(process.env["APPLY_OPTIONS"] ?? "{}") as OpenStackOptions;
const { image } = await new ImageManager(await openstack(options)).apply(spec);
console.log(JSON.stringify({ id: image.id, status: image.status }));
