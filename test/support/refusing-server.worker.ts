import { createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { Refusal } from "./refusing-server.ts";

const { farewell, afterBytes, status, body }: Refusal = workerData;

const server = createServer((socket) => {
  let seenBytes = 0;
  let answered = false;
  socket.on("error", () => undefined);
  socket.on("data", (part) => {
    if (seenBytes === 0) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    seenBytes += part.length;
    if (answered || seenBytes < afterBytes) return;
    answered = true;
    if (farewell !== "stays") socket.pause();
    socket.write(answerText(), () => leave(socket));
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") parentPort?.postMessage(address.port);
});

function answerText(): string {
  const connection = farewell === "stays" ? "" : "Connection: close\r\n";
  return `HTTP/1.1 ${status} Refused\r\nContent-Length: ${body.length}\r\n${connection}\r\n${body}`;
}

function leave(socket: Socket): void {
  if (farewell === "closes when its words are out") socket.destroySoon();
  if (farewell === "closes at once") socket.destroy();
  if (farewell === "ends") socket.end();
  if (farewell === "resets") socket.resetAndDestroy();
}
