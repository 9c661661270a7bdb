/** The texts of a checkpoint's small files by name. */
export type CheckpointTexts = Readonly<Record<string, string>>;

/** The folder of the chat templates beside the default one. */
export const chatTemplateFolder = 'additional_chat_templates';

/** The names of the chat templates in the texts of a checkpoint; none if it has no template. */
export function templateNames(texts: CheckpointTexts): readonly string[] {
  const files = templateTexts(texts);
  if (files) return Object.keys(files);
  const { chat_template: template } = parsedRecord(texts['tokenizer_config.json']);
  if (typeof template === 'string') return ['default'];
  return Array.isArray(template) ? template.map(entry => String(entry?.name)) : [];
}

/** The templates that have files of their own, by name; undefined if none has. */
export function templateTexts(texts: CheckpointTexts): Record<string, string> | undefined {
  const folder = `${chatTemplateFolder}/`;
  const others = Object.entries(texts)
    .filter(([path]) => path.startsWith(folder))
    .map(([path, text]) => [path.slice(folder.length, -'.jinja'.length), text] as const);
  const text = texts['chat_template.jinja'];
  if (text === undefined && others.length === 0) return undefined;
  return { ...(text !== undefined && { default: text }), ...Object.fromEntries(others) };
}

/** A parsed file; empty without one, or where it is no record: reading the tokenizer says so. */
export function parsedRecord(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
