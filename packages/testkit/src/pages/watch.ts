import type { Page } from 'playwright';

/** Finds what is missing in the current page: one line for each text that should be there. */
export type FindMissing = (page: Page) => Promise<readonly string[]>;

/** Watches pages for problems. */
export interface PageWatch {
  /**
   * One line for each error that a page showed, threw or wrote to the console and for each failed request, without
   * those that a test expected.
   */
  readonly problems: readonly string[];
  /** Starts to watch a page; call it before the page navigates. */
  observe(page: Page): Promise<void>;
  /** Returns the problems since the last call and what is missing now, without what a test expected. */
  newProblems(): Promise<string[]>;
}

/** A problem that a test expects before its end. */
interface ExpectedProblem {
  readonly text: string | RegExp;
  isMet: boolean;
}

interface WatchedPage {
  readonly page: Page;
  expected: ExpectedProblem[];
}

const watches = new Set<PageWatch>();
const watchedPages = new Map<Page, WatchedPage>();

/** All watches of a test file, for the check after each test. */
export const allWatches = (): readonly PageWatch[] => [...watches];

/**
 * Waits until the page shows this error, which then does not count as a problem. Any other shown error fails the test.
 */
export const expectError = async (page: Page, text: string | RegExp): Promise<void> => {
  const expected = { text, isMet: true };
  watchedPages.get(page)?.expected.push(expected);
  await page.locator('[role=alert]:visible, .error:visible', { hasText: text }).first().waitFor();
};

/**
 * Expects that the page writes this to the console, or that a request for it fails, before the test ends. It then does
 * not count as a problem.
 */
export const expectFailure = (page: Page, text: string | RegExp): void => {
  watchedPages.get(page)?.expected.push({ text, isMet: false });
};

/**
 * Allows the page to show this error or to write it to the console before the test ends, for errors that may disappear
 * quickly, such as those of a text being typed.
 */
export const tolerateError = (page: Page, text: string | RegExp): void => {
  watchedPages.get(page)?.expected.push({ text, isMet: true });
};

const fits = (line: string, { text }: ExpectedProblem) =>
  typeof text === 'string' ? line.toLowerCase().includes(text.toLowerCase()) : text.test(line);

/** Runs in the page: reports each error when it becomes visible. */
const reportShownErrors = () => {
  const shown = new Map<Element, string>();
  const report = () => {
    for (const element of document.querySelectorAll('[role=alert], .error')) {
      const text = element.checkVisibility() ? element.textContent!.trim() : '';
      if (text === (shown.get(element) ?? '')) continue;
      shown.set(element, text);
      if (text !== '') (globalThis as unknown as { reportToTest(line: string): void }).reportToTest(text);
    }
  };
  new MutationObserver(report).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
};

/**
 * Runs in the page: finds visible texts, also in shadow roots, that no visitor should read, and controls and headings
 * without text.
 */
const unreadableTexts = () => {
  const problems: string[] = [];
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (!element.checkVisibility()) continue;
      const text = element.textContent ?? '';
      const isNamed = text.trim() !== '' || element.hasAttribute('aria-label') || element.hasAttribute('title');
      if (element.matches('h1, h2, h3, h4, button, legend, th, option, a') && !isNamed)
        problems.push(`<${element.localName}${element.id && ` id="${element.id}"`}> has no text`);
      const own = [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE)
        .map(node => node.textContent);
      const raw = /\b(undefined|NaN|\w*Error:.*)|\[object \w+\]/.exec(own.join(' '));
      if (raw && !element.matches('script, style, textarea')) problems.push(`it shows “${raw[0]}”`);
    }
  };
  visit(document);
  return problems;
};

/** Watches pages; `missing` finds what each page lacks at the end of every test. */
export const watchPages = (missing: FindMissing = async () => []): PageWatch => {
  const pages: WatchedPage[] = [];
  const [problems, pending]: [string[], { line: string; from: WatchedPage }[]] = [[], []];
  const watch: PageWatch = {
    get problems() {
      return [
        ...problems,
        ...pending.filter(({ line, from }) => !from.expected.some(each => fits(line, each))).map(({ line }) => line),
      ];
    },
    observe: async page => {
      const watchedPage: WatchedPage = { page, expected: [] };
      const add = (line: string) => pending.push({ line, from: watchedPage });
      watchedPages.set(page, watchedPage);
      pages.push(watchedPage);
      await page.exposeFunction('reportToTest', (text: string) => add(`shows the error “${text}”`));
      await page.addInitScript(reportShownErrors);
      page.on('pageerror', error => add(`throws ${error.message}`));
      page.on('console', message => message.type() === 'error' && add(`writes to the console: ${message.text()}`));
      page.on(
        'response',
        response => response.status() >= 400 && add(`gets ${response.status()} from ${response.url()}`),
      );
      page.on('requestfailed', request => {
        const reason = request.failure()?.errorText ?? '';
        // Aborted requests are not failures.
        if (reason !== 'net::ERR_ABORTED') add(`asks ${request.url()} in vain: ${reason}`);
      });
    },
    newProblems: async () => {
      const lines: string[] = [];
      for (const { page } of pages) {
        if (page.isClosed()) continue;
        for (const what of [...(await page.evaluate(unreadableTexts)), ...(await missing(page))]) lines.push(what);
      }
      for (const { line, from } of pending.splice(0)) {
        const expected = from.expected.find(each => fits(line, each));
        if (expected) expected.isMet = true;
        else lines.push(line);
      }
      for (const watched of pages) {
        for (const { text, isMet } of watched.expected) if (!isMet) lines.push(`did not go wrong as expected: ${text}`);
        watched.expected = [];
      }
      problems.push(...lines);
      return lines;
    },
  };
  watches.add(watch);
  return watch;
};
