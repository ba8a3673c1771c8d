/** node bench/digest-child.ts ALGORITHM FILE: reads the file, and prints the seconds and the digest. */
import { digestFile } from "imagewright/transfer";

const [algorithm = "", file = ""] = process.argv.slice(2);
const startMs = performance.now();
const digest = await digestFile({ file }, algorithm);
const seconds = (performance.now() - startMs) / 1000;
console.log(JSON.stringify({ seconds, digest }));
