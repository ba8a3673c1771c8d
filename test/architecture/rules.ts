import { dirname, join, matchesGlob } from "node:path/posix";
import { type Import, importsOf, mentionsOf, otherThanReexports, type SourceFile } from "./imports.ts";

/** What a file of one part of `src/` may take from others. Paths are globs, from `src/`. */
interface ImportRule {
  readonly part: string;
  /** Files, of the part itself or of others. */
  readonly files: readonly string[];
  /** Packages. What Node brings along is not asked about here, see {@link PURE}. */
  readonly packages: readonly string[];
}

const BACKEND = ["model/**", "backends/backend.ts", "backends/clock.ts", "backends/record.ts"];
const FAMILY = [...BACKEND, "network/**", "backends/http/**", "backends/keystone/**", "backends/glance/**"];
const vendor = (name: string): ImportRule => ({
  part: `backends/${name}/**`,
  files: [...FAMILY, `backends/${name}/**`],
  packages: ["zod"],
});

const folder = (name: string, before: readonly string[], packages: readonly string[] = []): ImportRule => ({
  part: `reconcile/${name}/**`,
  files: [
    ...[name, ...before].map((known) => `reconcile/${known}/**`),
    "reconcile/{context,outcome,download}.ts",
    "model/**",
    "transfer/**",
    "backends/backend.ts",
  ],
  packages,
});

/** Who may import whom. The first rule whose part a file is in counts. */
const IMPORTS: readonly ImportRule[] = [
  { part: "index.ts", files: ["model/**", "reconcile/**", "backends/backend.ts"], packages: [] },
  { part: "model/**", files: ["model/**"], packages: ["zod"] },
  // How servers are reached: by backends for clouds, by transfer for sources.
  { part: "network/**", files: ["network/**", "model/**"], packages: [] },
  // From what a plan is to who applies it: each folder knows those before it.
  {
    part: "reconcile/plan/**",
    files: ["reconcile/plan/**", "model/**", "backends/backend.ts"],
    packages: ["zod"],
  },
  folder("lookup", ["plan"]),
  folder("make-plan", ["lookup", "plan"], ["zod"]),
  folder("fill", ["make-plan", "lookup", "plan"]),
  folder("apply", ["fill", "make-plan", "lookup", "plan"]),
  {
    part: "reconcile/**",
    files: ["reconcile/**", "model/**", "transfer/**", "backends/backend.ts"],
    packages: ["eventemitter3", "p-limit", "zod"],
  },
  {
    part: "transfer/**",
    files: ["transfer/**", "model/**", "network/**", "files/**", "backends/backend.ts"],
    packages: ["@foxglove/wasm-bz2", "env-paths", "xz-decompress", "zod"],
  },
  // Files that several processes share: for whoever keeps something on the disk.
  { part: "files/**", files: ["files/**", "model/**"], packages: ["proper-lockfile"] },
  { part: "backends/backend.ts", files: ["model/**"], packages: ["zod"] },
  { part: "backends/clock.ts", files: ["model/**"], packages: [] },
  { part: "backends/record.ts", files: ["model/**", "backends/backend.ts"], packages: [] },
  {
    part: "backends/http/**",
    files: ["backends/http/**", "network/**", "model/**", "backends/backend.ts"],
    packages: ["ky", "zod"],
  },
  {
    part: "backends/keystone/**",
    files: ["backends/keystone/**", "backends/http/**", "model/**", "backends/backend.ts"],
    packages: ["yaml", "zod"],
  },
  { part: "backends/glance/**", files: FAMILY, packages: ["zod"] },
  { part: "backends/memory/**", files: [...BACKEND, "backends/memory/**"], packages: ["zod"] },
  {
    part: "backends/directory/**",
    files: [...BACKEND, "backends/directory/**", "files/**"],
    packages: ["zod"],
  },
  ...["openstack", "vkcs", "huaweicloud", "kakaocloud"].map(vendor),
  // Published for tests: it may know everything, and nothing knows it.
  {
    part: "testing/**",
    files: ["testing/**", "model/**", "reconcile/**", "transfer/**", "backends/**"],
    packages: ["zod"],
  },
];

/** Functions of their input alone: no clock, no chance, no environment, nothing of Node but digests and addresses. */
const PURE: readonly string[] = [
  "model/**",
  "network/proxy.ts",
  "reconcile/plan/{reconcile,diff,content,canonical,basis,interrupted,ownership,planned-source,plan,format,delivery,source-record}.ts",
  "reconcile/{apply/unmet,fill/import-outcome}.ts",
  "transfer/checksum-file.ts",
  "transfer/connections/{pace,whole}.ts",
  "transfer/convert/{detect,errors,header,cluster,extents,runs}.ts",
  "transfer/decompress/{bzip2-block,bzip2-marks,detect,errors,tar-header,zstd-frame}.ts",
  "backends/glance/{urls,filters,wire,mapping,patch,schema,spec,import-request,import-state}.ts",
  "backends/keystone/{auth,auth-type,catalog,clouds,defaults,maps,profile,token}.ts",
  "backends/http/{answer,errors,option-issues,retry,segment}.ts",
  "backends/huaweicloud/{canonical-request,credentials,endpoints,signature}.ts",
  "backends/huaweicloud/{body,changes,codes,details,errors,filters,job-state,mapping,names,patch-steps,properties,property-issues,rules,spec,tags,tag-steps,urls,ways,wire}.ts",
  "backends/kakaocloud/{endpoints,errors,filters,mapping,names,pages,rules,spec,update,wire}.ts",
  "backends/vkcs/{rules,spec,store}.ts",
  "transfer/inspect/{qcow2,qed,vmdk,vmdk-descriptor,vhd,vhdx,vdi,iso,gpt,luks,compressed,fields,parser,parsers,problem}.ts",
  "testing/openstack/{access,create,data,engine,filters,glance,imports,keystone,list,members,names,patch,patch-request,quota,refused,schema,state,view}.ts",
  "testing/vkcs/vendor.ts",
  "testing/kakaocloud/{discovery,engine,iam,images,list,members,progress,refused,state,validation,view,volumes}.ts",
  "testing/fake/wire.ts",
  "testing/huaweicloud/{actions,authenticate,creation,data,delete,engine,eps,fields,filters,iam,images,ims,instance-metadata,jobs,list,members,metadata,objects,os,os-fields,patch,records,refusals,routes,schema,sharing,signature,state,tag-api,tags,transfer,view}.ts",
  "transfer/inspect/{inspection,search,capture,last-bytes,inspector,conclude,refusal}.ts",
];

/** What a pure file may take of Node. */
const PURE_OF_NODE: Readonly<Record<string, readonly string[]>> = {
  "node:crypto": ["createHash", "createHmac"],
  "node:net": ["BlockList", "isIP"],
};

const IMPURE = ["Date.now", "new Date()", "Math.random", "performance", "process", "globalThis"];

/** Who may ask what surrounds the process. */
const SURROUNDINGS: Readonly<Record<string, readonly string[]>> = {
  "process.env": [
    "backends/huaweicloud/resolve.ts",
    "backends/kakaocloud/resolve.ts",
    "backends/keystone/resolve.ts",
    "network/environment.ts",
  ],
  "process.cwd": ["backends/keystone/resolve.ts"],
  "process.stdout": ["reconcile/plan/terminal.ts"],
  homedir: ["backends/keystone/resolve.ts"],
  "os.homedir": [],
  console: [],
};

/** Each a function from files to sentences, one for every breach. */
export const RULES: Readonly<Record<string, (files: readonly SourceFile[]) => readonly string[]>> = {
  "every file is of a part that has a rule": (files) =>
    files.filter(({ path }) => ruleFor(path) === undefined).map(({ path }) => `${path} is of no part`),

  "a file imports from the parts that its own may know": (files) =>
    files.flatMap((file) => importsOf(file).flatMap((taken) => importBreach(file, taken))),

  "index.ts re-exports and does nothing else": (files) =>
    files
      .filter(({ path }) => path === "index.ts")
      .flatMap((file) => otherThanReexports(file).map((statement) => `${file.path} has: ${statement}`)),

  "a pure file takes nothing of Node but digests and addresses": (files) =>
    files.filter(isPure).flatMap((file) => importsOf(file).flatMap((taken) => nodeBreach(file, taken))),

  "a pure file asks no clock, no chance and no global": (files) =>
    files
      .filter(isPure)
      .flatMap((file) => mentionsOf(file, IMPURE).map((mention) => `${file.path} mentions ${mention}`)),

  "what surrounds the process is asked about in few places": (files) =>
    files.flatMap((file) =>
      mentionsOf(file, Object.keys(SURROUNDINGS))
        .filter((mention) => !SURROUNDINGS[mention]?.includes(file.path))
        .map((mention) => `${file.path} mentions ${mention}`),
    ),
};

/** Files that are named by a rule and don't exist: the rule is about nothing then. */
export function missingFiles(paths: readonly string[]): readonly string[] {
  const named = [...PURE.flatMap(expandBraces), ...Object.values(SURROUNDINGS).flat()];
  return named.filter((glob) => !paths.some((path) => matchesGlob(path, glob)));
}

function ruleFor(path: string): ImportRule | undefined {
  return IMPORTS.find(({ part }) => matchesGlob(path, part));
}

function importBreach({ path }: SourceFile, { specifier }: Import): readonly string[] {
  const rule = ruleFor(path);
  if (rule === undefined || specifier.startsWith("node:")) return [];
  const allowed = specifier.startsWith(".")
    ? rule.files.some((glob) => matchesGlob(join(dirname(path), specifier), glob))
    : rule.packages.includes(specifier);
  return allowed ? [] : [`${path} imports ${specifier}`];
}

function nodeBreach({ path }: SourceFile, { specifier, names }: Import): readonly string[] {
  if (!specifier.startsWith("node:")) return [];
  const allowed = PURE_OF_NODE[specifier] ?? [];
  return names
    .filter((name) => !allowed.includes(name))
    .map((name) => `${path} imports ${name} from ${specifier}`);
}

function isPure({ path }: SourceFile): boolean {
  return PURE.some((glob) => matchesGlob(path, glob));
}

function expandBraces(glob: string): readonly string[] {
  const [, before = "", choices, after = ""] = /^(.*)\{(.*)\}(.*)$/.exec(glob) ?? [];
  return choices === undefined ? [glob] : choices.split(",").map((choice) => before + choice + after);
}
