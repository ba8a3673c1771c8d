import ts from "typescript";

/** A file of `src/`: its path from there, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As it is written: `../model/index.ts`, `node:crypto`, `zod`. */
  readonly specifier: string;
  /** The names that it takes; `*` for all of them. */
  readonly names: readonly string[];
}

/** Everything that a file takes from another, types included. */
export function importsOf(file: SourceFile): readonly Import[] {
  const imports: Import[] = [];
  walk(file, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, names: namesOf(node) });
    } else if (isDynamicImport(node)) {
      imports.push({ specifier: "(computed)", names: ["*"] });
    }
  });
  return imports;
}

/** The globals, or the members of globals, that a file mentions: `Date.now`, `new Date()`, `process`. */
export function mentionsOf(file: SourceFile, globals: readonly string[]): readonly string[] {
  const mentions: string[] = [];
  walk(file, (node) => {
    const mention = mentionOf(node);
    if (mention !== undefined && globals.includes(mention)) mentions.push(mention);
  });
  return mentions;
}

/** The statements of a file that are no re-exports. */
export function otherThanReexports(file: SourceFile): readonly string[] {
  return parse(file)
    .statements.filter((node) => !ts.isExportDeclaration(node) || node.moduleSpecifier === undefined)
    .map((node) => node.getText().split("\n")[0] ?? "");
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function walk(file: SourceFile, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(parse(file));
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (ts.isExternalModuleReference(node)) return node.expression;
  return isDynamicImport(node) ? node.arguments[0] : undefined;
}

function isDynamicImport(node: ts.Node): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === "require")
  );
}

function namesOf(node: ts.Node): readonly string[] {
  if (ts.isImportDeclaration(node) && node.importClause !== undefined) {
    const { name, namedBindings } = node.importClause;
    const named =
      namedBindings === undefined
        ? []
        : ts.isNamedImports(namedBindings)
          ? namedBindings.elements.map((element) => (element.propertyName ?? element.name).text)
          : ["*"];
    return name === undefined ? named : ["default", ...named];
  }
  if (
    ts.isExportDeclaration(node) &&
    node.exportClause !== undefined &&
    ts.isNamedExports(node.exportClause)
  ) {
    return node.exportClause.elements.map((element) => (element.propertyName ?? element.name).text);
  }
  return ["*"];
}

function mentionOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    return node.arguments === undefined || node.arguments.length === 0
      ? `new ${node.expression.text}()`
      : undefined;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return `${node.expression.text}.${node.name.text}`;
  }
  return ts.isIdentifier(node) && isReference(node) ? node.text : undefined;
}

/** Whether an identifier means a variable, and not the name of a member: `process.env`, but not `step.process`. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  const isMember =
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent);
  return !isMember;
}
