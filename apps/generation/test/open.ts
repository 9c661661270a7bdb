import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokensElement } from '@residual/elements';
import { type Page, root } from '@residual/testkit/pages';

const names = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** The existing files of a model in the repository, by name. */
export const filesOf = (...folder: string[]): Map<string, Uint8Array<ArrayBuffer>> =>
  new Map(
    names
      .map(name => [name, join(root, ...folder, name)] as const)
      .filter(([, path]) => existsSync(path))
      .map(([name, path]) => [name, new Uint8Array(readFileSync(path))]),
  );

/** Waits until the page has computed everything for its model. */
export const settled = (page: Page) => page.locator('main[data-state=ready]').waitFor();

/** Waits until a story has ended. */
export const written = (page: Page) => page.locator('#story[data-state=ended]').waitFor();

/** The ids of the tokens that the model wrote into an element. */
export const newTokens = (page: Page, id = 'story'): Promise<number[]> =>
  page
    .locator(`#${id}`)
    .evaluate(element =>
      (element as TokensElement).tokens.filter(({ isPrompt }) => !isPrompt).map(({ id: token }) => token),
    );
