import { stripVTControlCharacters } from 'node:util';

/** Each failed test of a report with its file; a file that failed before its tests counts as one failure. */
const failing = report =>
  (report?.testResults ?? []).flatMap(file => {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed');
    return tests.length > 0 ? tests.map(test => ({ file, test })) : file.status === 'failed' ? [{ file }] : [];
  });

/** A runner that fails without a failed test, and a run without tests, are failures too. */
const isBad = (report, code) => code !== 0 || !(report?.numPassedTests > 0);

/** The numbers of tests in a report. */
export const count = (report, code) => ({
  passed: report?.numPassedTests ?? 0,
  skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  failed: failing(report).length || Number(isBad(report, code)),
});

/** The first lines of a message, without terminal colours. */
const opening = message => stripVTControlCharacters(message).split('\n', 12);

/** The names and messages of all failures of a report, for the end of a long log. */
export const failures = (report, code) => {
  const messages = failing(report).map(({ file: { name, message }, test }) =>
    test
      ? { name: `${name} > ${test.fullName}`, lines: opening(test.failureMessages.join('\n')) }
      : { name, lines: opening(message) },
  );
  if (messages.length > 0 || !isBad(report, code)) return messages;
  return [{ name: `the runner ended with code ${code}`, lines: ['and named no test: its errors stand in its output'] }];
};

/** The files with failures in a report. */
export const failedFiles = report => [...new Set(failing(report).map(({ file }) => file.name))];

const row = ({ name, passed, failed, skipped, seconds }) =>
  `  ${name.padEnd(20)}${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ` +
  `${String(skipped).padStart(4)} skipped ${seconds.toFixed(0).padStart(5)} s`;

const failure = ({ name, lines }) => [`  ${name}`, ...lines.map(line => `    ${line}`)];

/**
 * The summary: what ran, what did not run and what to install for it, what failed, and the totals. Projects that did
 * not run are skipped, or failures if `strict`.
 */
export const summary = (results, notRun, strict) => {
  const missing = Object.entries(notRun);
  const total = key => results.reduce((sum, result) => sum + result[key], 0);
  const failed = total('failed') + (strict ? missing.length : 0);
  const skipped = total('skipped') + (strict ? 0 : missing.length);
  const lines = ['', 'What ran', ...results.map(row)];
  if (missing.length > 0)
    lines.push('', 'What did not run here', ...missing.map(([name, reason]) => `  ${name.padEnd(20)}${reason}`));
  const addSection = (title, key) => {
    const failing = results.flatMap(result => result[key] ?? []);
    if (failing.length > 0) lines.push('', title, ...failing.flatMap(failure));
  };
  addSection('What failed beside other tests and passed alone', 'crowded');
  addSection('What failed', 'failures');
  lines.push('', `${total('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return { lines, failed };
};
