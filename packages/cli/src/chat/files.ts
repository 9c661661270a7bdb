import { ResidualError } from '@residual/base';
import type { ChatMessage } from '@residual/model';
import { isObject, readJson } from '../text/files.js';

/** The messages of a JSON file: a list of records with a role, as `/save` writes it. Errors name the file. */
export async function readMessages(file: string): Promise<ChatMessage[]> {
  const value = await readJson('chat', file);
  const areMessages = Array.isArray(value) && value.every(each => isObject(each) && typeof each.role === 'string');
  if (areMessages) return value as ChatMessage[];
  throw new ResidualError(
    'files',
    `chat: ${file} must be a list of messages, such as [{"role": "user", "content": "Hi"}]`,
  );
}

/** The tools of a JSON file: a list of JSON schemas. Errors name the file. */
export async function readTools(file: string): Promise<object[]> {
  const value = await readJson('chat', file);
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new ResidualError(
    'files',
    `chat: ${file} must be a list of tools, such as [{"type": "function", "function": {"name": "now"}}]`,
  );
}
