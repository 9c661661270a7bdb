import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';

const wide = { width: 1280, height: 900 };
const narrow = { width: 320, height: 640 };

type Axe = { run(what: Document, options: { resultTypes: string[]; runOnly?: string[] }): Promise<AxeResults> };
const axe = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The serious and critical violations that axe-core finds, by all of its rules or by `rules`. */
const seriousViolations = async (page: Page, rules?: string[]): Promise<string[]> => {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe());
  const { violations } = await page.evaluate(
    options => (globalThis as unknown as { axe: Axe }).axe.run(document, options),
    { resultTypes: ['violations'], ...(rules && { runOnly: rules }) },
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
};

/** The rules of axe-core that depend on the colours. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/**
 * The problems of the current page in light and dark mode, on a wide screen and on a small phone: serious violations of
 * axe-core, and horizontal scrolling. A colour scheme changes colours alone.
 */
export const appearanceProblems = async (page: Page): Promise<string[]> => {
  const problems: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [wide, narrow]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      await page.waitForTimeout(200);
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      const violations = await seriousViolations(page, colorScheme === 'dark' ? ofColours : undefined);
      if (scrollWidth !== size.width) violations.push(`scrolls sideways, over ${scrollWidth} pixels`);
      problems.push(...violations.map(what => `${colorScheme}, ${size.width} pixels: ${what}`));
    }
  await page.setViewportSize(wide);
  return problems;
};
