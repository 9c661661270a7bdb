import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a file. Errors name the command and the file. */
export async function readBytes(command: string, path: string): Promise<Uint8Array> {
  return readFile(path).catch(cause => {
    throw new ResidualError('files', `${command}: ${path} cannot be read: ${cause.message}`, { cause });
  });
}

/** Reads a UTF-8 text file, without a byte order mark. Errors name the command and the file. */
export async function readText(command: string, path: string): Promise<string> {
  const bytes = await readBytes(command, path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ResidualError('files', `${command}: ${path} is not UTF-8 text`, { cause });
  }
}

/** Reads UTF-8 text files, in this order, with `\n` for every line end. Errors name the command and the file. */
export function readTexts(command: string, paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map(async path => (await readText(command, path)).replaceAll('\r\n', '\n')));
}

/** Reads a JSON file. Errors name the command and the file. */
export async function readJson(command: string, path: string): Promise<unknown> {
  return parseJson(command, await readText(command, path), path);
}

/** The value of a JSON text. Errors name the command and `where` the text is from. */
export function parseJson(command: string, text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ResidualError('files', `${command}: ${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Whether a value is an object with names, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
