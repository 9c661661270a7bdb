import ts from 'typescript';

/** Blocks of code as one module: their imports without duplicates, and the rest in order. */
interface ModuleDraft {
  imports: Map<string, string>;
  names: Set<string>;
  bodies: string[];
}

/** The import line of each local name; for `import 'x'` by the specifier. */
const importLines = (statement: ts.ImportDeclaration, file: ts.SourceFile): [string, string][] => {
  const from = statement.moduleSpecifier.getText(file);
  const clause = statement.importClause;
  if (clause === undefined) return [[from, `import ${from};`]];
  const lines: [string, string][] = [];
  const type = clause.isTypeOnly ? 'type ' : '';
  if (clause.name) lines.push([clause.name.text, `import ${type}${clause.name.text} from ${from};`]);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings))
    lines.push([bindings.name.text, `import ${type}${bindings.getText(file)} from ${from};`]);
  if (bindings && ts.isNamedImports(bindings))
    for (const element of bindings.elements)
      lines.push([element.name.text, `import ${type}{ ${element.getText(file)} } from ${from};`]);
  return lines;
};

const boundNames = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap(part => (ts.isOmittedExpression(part) ? [] : boundNames(part.name)));

/** The names that a statement declares in its module. */
const declaredNames = (statement: ts.Statement): string[] => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  const { name } = statement as ts.Statement & { name?: ts.Node };
  return name && ts.isIdentifier(name) ? [name.text] : [];
};

const readBlock = (code: string): ModuleDraft => {
  const file = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
  const isImport = (statement: ts.Statement): statement is ts.ImportDeclaration => ts.isImportDeclaration(statement);
  const declarations = file.statements.filter(isImport);
  let body = code;
  for (const statement of declarations.toReversed())
    body = body.slice(0, statement.getStart(file)) + body.slice(statement.end);
  return {
    imports: new Map(declarations.flatMap(statement => importLines(statement, file))),
    names: new Set(file.statements.flatMap(declaredNames)),
    bodies: [body],
  };
};

/** Whether two blocks declare the same name, or import it from different modules. */
const conflicts = (a: ModuleDraft, b: ModuleDraft): boolean =>
  [...b.names].some(name => a.names.has(name) || a.imports.has(name)) ||
  [...b.imports].some(([name, line]) => a.names.has(name) || (a.imports.get(name) ?? line) !== line);

/**
 * Joins blocks of code as a reader does: each block continues those above it, with their imports and names. A block
 * that declares a name again starts a new module.
 */
export const joinBlocks = (blocks: readonly string[]): string[] => {
  const modules: ModuleDraft[] = [];
  for (const block of blocks.map(readBlock)) {
    const last = modules.at(-1);
    if (last === undefined || conflicts(last, block)) modules.push(block);
    else {
      for (const [name, line] of block.imports) last.imports.set(name, line);
      for (const name of block.names) last.names.add(name);
      last.bodies.push(...block.bodies);
    }
  }
  return modules.map(({ imports, bodies }) => [...imports.values(), ...bodies].join('\n'));
};
