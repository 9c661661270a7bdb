import { join } from 'node:path';
import { loadModel, type Model } from '@residual/model';
import { type Page, root } from '@residual/testkit/pages';

/** The model of the page, loaded from the repository. */
export const storyModel = (): Promise<Model> => loadModel(join(root, 'packages', 'model-stories', 'model'));

/** Scrolls to a step and waits until its picture shows the settings. */
export const stepReady = async (page: Page, name: string): Promise<void> => {
  await page.locator(`#${name}`).scrollIntoViewIfNeeded();
  await page.locator(`#${name}[data-state=ready]`).waitFor();
};

/** Sets the sentence of the page. */
export const write = async (page: Page, sentence: string): Promise<void> => {
  await page.fill('#sentence', sentence);
  await page.locator('#sentence').press('Enter');
};

/** A share 0 .. 1 as the elements of the page write it. */
export const percent = (probability: number): string => {
  const value = probability * 100;
  return value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
};
