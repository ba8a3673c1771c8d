import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

/** A file that another program makes. */
export interface Sample {
  readonly name: string;
  make(directory: string): Promise<unknown>;
}

/** The size of the disks, in MiB: enough for everything that a format has. */
const DISK_MIB = 8;
const DISK = `${DISK_MIB}M`;
const SECRET = ["--object", "secret,id=key,data=not-a-secret"];
/** The slower hash, because qemu-img times one round of it and gives up where that takes no time. */
const KEY = ["key-secret=key", "iter-time=10", "hash-alg=sha512"];

function created(name: string, format: string, ...options: readonly string[]): Sample {
  const chosen = options.length === 0 ? [] : ["-o", options.join(",")];
  return {
    name,
    make: (directory) =>
      run("qemu-img", ["create", "-q", ...SECRET, "-f", format, ...chosen, name, DISK], directory),
  };
}

/** Of a disk with some data in it, which is compressed where the format does that. */
function converted(name: string, format: string, ...args: readonly string[]): Sample {
  return {
    name,
    async make(directory) {
      const raw = `${name}.disk`;
      await writeFile(join(directory, raw), "This is the beginning of the disk.\n".repeat(10_000));
      await truncate(join(directory, raw), DISK_MIB * 2 ** 20);
      await run("qemu-img", ["convert", "-f", "raw", "-O", format, ...args, raw, name], directory);
    },
  };
}

function partitioned(name: string, script: string): Sample {
  return {
    name,
    async make(directory) {
      await writeFile(join(directory, name), "");
      await truncate(join(directory, name), DISK_MIB * 2 ** 20);
      await run("sh", ["-c", `printf '%s\\n' "$1" | sfdisk --quiet "$2"`, "sh", script, name], directory);
    },
  };
}

function disc(name: string, program: string, args: (files: string) => readonly string[]): Sample {
  return {
    name,
    async make(directory) {
      const files = join(directory, `${name}.files`);
      await mkdir(files);
      await writeFile(join(files, "a.txt"), "This is a file.\n");
      await run(program, args(files), directory);
    },
  };
}

export const QCOW2: readonly Sample[] = [
  created("v2.qcow2", "qcow2", "compat=0.10"),
  created("v3.qcow2", "qcow2", "compat=1.1"),
  ...["512", "4k", "2M"].map((size) => created(`cluster-${size}.qcow2`, "qcow2", `cluster_size=${size}`)),
  created("lazy.qcow2", "qcow2", "lazy_refcounts=on"),
  created("refcounts.qcow2", "qcow2", "refcount_bits=1"),
  created("metadata.qcow2", "qcow2", "preallocation=metadata"),
  created("extended.qcow2", "qcow2", "extended_l2=on"),
  created("zstd.qcow2", "qcow2", "compression_type=zstd"),
  converted("compressed.qcow2", "qcow2", "-c"),
  converted("compressed-zstd.qcow2", "qcow2", "-c", "-o", "compression_type=zstd"),
  created("luks.qcow2", "qcow2", "encrypt.format=luks", ...KEY.map((option) => `encrypt.${option}`)),
  created("aes.qcow2", "qcow2", "encrypt.format=aes", "encrypt.key-secret=key"),
  created("backing-v2.qcow2", "qcow2", "compat=0.10", "backing_file=v2.qcow2", "backing_fmt=qcow2"),
  created("backing-v3.qcow2", "qcow2", "backing_file=v2.qcow2", "backing_fmt=qcow2"),
  created("data.qcow2", "qcow2", "data_file=data.raw"),
  created("data-raw.qcow2", "qcow2", "data_file=data-raw.raw", "data_file_raw=on"),
  created("v1.qcow", "qcow"),
];

export const VMDK: readonly Sample[] = [
  created("sparse.vmdk", "vmdk", "subformat=monolithicSparse"),
  created("compat6.vmdk", "vmdk", "compat6=on"),
  created("zeroed.vmdk", "vmdk", "zeroed_grain=on"),
  converted("stream.vmdk", "vmdk", "-o", "subformat=streamOptimized"),
  created("empty-stream.vmdk", "vmdk", "subformat=streamOptimized"),
  created("flat.vmdk", "vmdk", "subformat=monolithicFlat"),
  created("extents.vmdk", "vmdk", "subformat=twoGbMaxExtentSparse"),
  created("flat-extents.vmdk", "vmdk", "subformat=twoGbMaxExtentFlat"),
];

/** What a descriptor names: made along with it. */
export const VMDK_PARTS = ["flat-flat.vmdk", "extents-s001.vmdk", "flat-extents-f001.vmdk"] as const;

export const OTHERS: readonly Sample[] = [
  created("dynamic.vhd", "vpc", "subformat=dynamic"),
  created("exact.vhd", "vpc", "force_size=on"),
  converted("converted.vhd", "vpc"),
  created("dynamic.vhdx", "vhdx", "subformat=dynamic"),
  created("fixed.vhdx", "vhdx", "subformat=fixed"),
  created("blocks.vhdx", "vhdx", "block_size=1M", "log_size=3M"),
  converted("converted.vhdx", "vhdx"),
  created("dynamic.vdi", "vdi"),
  created("static.vdi", "vdi", "static=on"),
  created("disk.qed", "qed"),
  created("backing.qed", "qed", "backing_file=disk.qed", "backing_fmt=qed"),
  created("disk.luks", "luks", ...KEY),
  created("cbc.luks", "luks", ...KEY, "cipher-mode=cbc", "ivgen-alg=essiv", "ivgen-hash-alg=sha256"),
  created("zeros.raw", "raw"),
  converted("text.raw", "raw"),
];

export const FIXED_VHD: readonly Sample[] = [
  created("fixed.vhd", "vpc", "subformat=fixed"),
  created("fixed-exact.vhd", "vpc", "subformat=fixed", "force_size=on"),
];

export const PARTITIONED: readonly Sample[] = [
  partitioned("gpt.raw", "label: gpt\n,"),
  partitioned("mbr.raw", "label: dos\n,"),
  partitioned("empty-mbr.raw", "label: dos"),
];

export const DISCS: readonly Sample[] = [
  disc("iso9660.iso", "genisoimage", (files) => ["-quiet", "-o", "iso9660.iso", files]),
  disc("joliet.iso", "genisoimage", (files) => ["-quiet", "-J", "-r", "-o", "joliet.iso", files]),
  disc("udf.iso", "genisoimage", (files) => ["-quiet", "-udf", "-o", "udf.iso", files]),
  disc("xorriso.iso", "xorriso", (files) => ["-as", "mkisofs", "-quiet", "-o", "xorriso.iso", files]),
];

/** A CD that is bootable as a disk, too, as most installers are. */
export const HYBRID: Sample = disc("hybrid.iso", "xorriso", (files) => [
  ...["-as", "mkisofs", "-quiet", "-partition_offset", "16", "-append_partition", "2", "0x83"],
  ...[join(files, "a.txt"), "-o", "hybrid.iso", files],
]);
