/** Makes one image as a user of the package does, by the order that is its last argument, and prints a report. */
import { ImageManager } from "imagewright";
import { openstack } from "imagewright/openstack";

export interface UploadOrder {
  readonly cloud: string;
  readonly source: { readonly file: string } | { readonly url: string; readonly cachePath: string };
  readonly name: string;
}

export interface UploadReport {
  readonly seconds: number;
  /** Too high on Linux when the process that started this one has more. */
  readonly peakRssBytes: number;
  readonly status: string;
  readonly verification: string;
}

const { cloud, source, name }: UploadOrder = JSON.parse(process.argv.at(-1) ?? "{}");
const images = new ImageManager(await openstack({ cloud }));
for await (const image of images.list({ name })) throw new Error(`${image.id} has been left over`);

const startMs = performance.now();
const { image, verification } = await images.apply({
  name,
  containerFormat: "bare",
  diskFormat: "raw",
  source,
  verifyChecksum: true,
});
const report: UploadReport = {
  seconds: (performance.now() - startMs) / 1000,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  status: image.status,
  verification: [verification.status, verification.algorithm ?? verification.reason].join(" "),
};
console.log(JSON.stringify(report));
