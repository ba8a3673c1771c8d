import type { WriteStream } from "node:tty";
import type { ImageManager } from "imagewright";

const barCharacters = 40;

/** Shows how far an upload is: as one line that is drawn again and again, or as a few where that can't be done. */
export function showUploads(images: ImageManager, output: WriteStream): void {
  const steps = output.isTTY ? 100 : 4;
  let lastStep = -1;

  images.on("upload-start", () => {
    lastStep = -1;
  });
  images.on("upload-progress", ({ transferredBytes, totalBytes }) => {
    if (totalBytes === undefined) return;
    const step = Math.floor((transferredBytes / totalBytes) * steps);
    if (step === lastStep) return;
    lastStep = step;
    const bar = drawBar(step / steps);
    output.write(output.isTTY ? `\r${bar}` : `${bar}\n`);
  });
  images.on("upload-end", () => {
    if (output.isTTY) output.write("\n");
  });
}

function drawBar(share: number): string {
  const filled = Math.round(share * barCharacters);
  const bar = "█".repeat(filled) + "░".repeat(barCharacters - filled);
  return `${bar} ${Math.round(share * 100)} %`;
}
